package diagnosis

var validateCodes = map[Code]Entry{}
