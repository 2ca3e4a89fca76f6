// The equations that a mechanistic model is written in are part of what its users see.

@_exported public import EquationLanguage
