package config

import (
	"path"
	"path/filepath"
)

// DefaultFile returns where the configuration file is looked for when none was
// named, empty if the environment does not tell. system is a value of runtime.GOOS.
func DefaultFile(system string, env Environment) string {
	return inFolder(system, env, "APPDATA", "XDG_CONFIG_HOME", ".config", "r7import", "config.yaml")
}

// StateFolder returns where the state of runs is kept when no folder was named,
// empty if the environment does not tell.
func StateFolder(system string, env Environment) string {
	return inFolder(system, env, "LOCALAPPDATA", "XDG_STATE_HOME", ".local/state", "r7import")
}

// inFolder returns a path in the folder that a system has for files of one kind. On
// Windows and by the XDG Base Directory Specification a variable names it; a relative
// path in that of the specification is passed over.
func inFolder(system string, env Environment, windows, xdg, underHome string, names ...string) string {
	folder, home := "", env.Get("HOME")
	switch {
	case system == "windows":
		folder = env.Get(windows)
	case system != "darwin" && path.IsAbs(filepath.ToSlash(env.Get(xdg))):
		folder = env.Get(xdg)
	case system == "darwin" && home != "":
		folder = filepath.Join(home, "Library", "Application Support")
	case path.IsAbs(filepath.ToSlash(home)):
		folder = filepath.Join(home, underHome)
	}
	if folder == "" {
		return ""
	}
	return filepath.Join(append([]string{folder}, names...)...)
}
