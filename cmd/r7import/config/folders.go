package config

import (
	"path"
	"path/filepath"
)

// DefaultFile returns where the configuration file is looked for when none was
// named, empty if the environment does not tell. system is a value of runtime.GOOS.
func DefaultFile(system string, env Environment) string {
	var folder string
	switch system {
	case "windows":
		folder = env.Get("APPDATA")
	case "darwin":
		folder = under(env.Get("HOME"), "Library", "Application Support")
	default:
		folder = firstAbsolute(env.Get("XDG_CONFIG_HOME"), under(env.Get("HOME"), ".config"))
	}
	return under(folder, "r7import", "config.yaml")
}

// StateFolder returns where the state of runs is kept when no folder was named,
// empty if the environment does not tell.
func StateFolder(system string, env Environment) string {
	var folder string
	switch system {
	case "windows":
		folder = env.Get("LOCALAPPDATA")
	case "darwin":
		folder = under(env.Get("HOME"), "Library", "Application Support")
	default:
		folder = firstAbsolute(env.Get("XDG_STATE_HOME"), under(env.Get("HOME"), ".local", "state"))
	}
	return under(folder, "r7import")
}

func under(folder string, names ...string) string {
	if folder == "" {
		return ""
	}
	return filepath.Join(append([]string{folder}, names...)...)
}

// firstAbsolute passes over what is empty or relative, as the XDG Base Directory Specification asks.
func firstAbsolute(folders ...string) string {
	for _, folder := range folders {
		if path.IsAbs(filepath.ToSlash(folder)) {
			return folder
		}
	}
	return ""
}
