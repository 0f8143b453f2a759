package diagnosis

var sourceCodes = map[Code]Entry{}
