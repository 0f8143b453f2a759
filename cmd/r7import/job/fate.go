package job

import (
	"os"
	"path/filepath"
	"strings"

	"r7import/importer/diagnosis"
)

// The folders within a drop folder.
const (
	Done   = "done"   // every row was as it should be
	Failed = "failed" // a person is needed
)

// Aside returns one of the folders within the drop folder of a file, which it makes.
func (f *File) Aside(folder string) (string, error) {
	into := filepath.Join(f.folder, folder)
	if err := os.MkdirAll(into, 0o700); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.InputStays, "File", f.Path, "Folder", into)
	}
	return into, nil
}

// PutAway moves a file that was dropped into one of the folders beside it and returns
// where it is then. tag goes into its name there, so that it takes the place of no
// other. A file that is not the one any more that was read stays.
func (f *File) PutAway(folder, tag string) (string, error) {
	if !f.Waits() {
		return "", nil
	}
	into, err := f.Aside(folder)
	if err != nil {
		return "", err
	}
	stem, ext := split(filepath.Base(f.Path))
	at := filepath.Join(into, stem+"-"+tag+ext)
	if err := os.Rename(f.Path, at); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.InputStays, "File", f.Path, "Folder", into)
	}
	return at, nil
}

// Stem is the name of the file without its folder and its extensions.
func (f *File) Stem() string {
	stem, _ := split(filepath.Base(f.Path))
	return stem
}

// split cuts a name before its extensions: accounts.csv.gz is accounts and .csv.gz.
func split(name string) (stem, ext string) {
	for stem = name; IsTable(stem); stem = strings.TrimSuffix(stem, filepath.Ext(stem)) {
	}
	return stem, name[len(stem):]
}
