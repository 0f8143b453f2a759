package diagnosis

var runCodes = map[Code]Entry{}
