package diagnosis

var portalCodes = map[Code]Entry{}
