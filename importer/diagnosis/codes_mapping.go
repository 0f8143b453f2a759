package diagnosis

var mappingCodes = map[Code]Entry{}
