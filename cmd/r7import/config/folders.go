package config

import (
	"path"
	"path/filepath"
)

// DefaultFile returns the path of the configuration file used when none is named,
// empty if the environment names no folder. system is a value of runtime.GOOS.
func DefaultFile(system string, env Environment) string {
	return inFolder(system, env, "APPDATA", "XDG_CONFIG_HOME", ".config", "r7import", "config.yaml")
}

// StateFolder returns the folder that keeps the state of runs when none is named,
// empty if the environment names no folder.
func StateFolder(system string, env Environment) string {
	return inFolder(system, env, "LOCALAPPDATA", "XDG_STATE_HOME", ".local/state", "r7import")
}

// inFolder returns a path in the system's folder for one kind of file. On Windows and
// under the XDG Base Directory Specification a variable names the folder. A relative
// path in the XDG variable is ignored, as the specification requires.
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
