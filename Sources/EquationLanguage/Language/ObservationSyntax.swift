/// `observe name = formula ~ noise` as it was written.
struct ObservationSyntax {
  typealias Position = EquationError.Position

  /// `nil` for the quantity of that name.
  var formula: EquationSyntax?
  /// Whether the formula stands in `increase(…)`.
  var isIncrease: Bool
  /// `nil` for the noise that the fit gives to all.
  var noise: (name: String, position: Position, arguments: [EquationSyntax])?
}

/// `prior name ~ distribution` as it was written.
struct PriorSyntax {
  var distribution: String
  var position: EquationError.Position
  var arguments: [EquationSyntax]
}
