package diagnosis

var commandCodes = map[Code]Entry{}
