/// A formula as it was written, with the place of each part.
indirect enum EquationSyntax {
  typealias Position = EquationError.Position

  case number(Double, Position)
  case name(String, Position)
  case negated(EquationSyntax, Position)
  /// `not a`
  case complement(EquationSyntax, Position)
  case binary(Operator, EquationSyntax, EquationSyntax, Position)
  case call(String, [EquationSyntax], Position)

  /// The infix operators.
  enum Operator: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case power = "^"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case and = "&&"
    case or = "||"
  }

  var position: Position {
    switch self {
    case .number(_, let position), .name(_, let position), .negated(_, let position),
      .complement(_, let position), .binary(_, _, _, let position), .call(_, _, let position):
      position
    }
  }

  /// Every name with its place, in the order of writing.
  var names: [(name: String, position: Position)] {
    switch self {
    case .number: []
    case .name(let name, let position): [(name, position)]
    case .negated(let operand, _), .complement(let operand, _): operand.names
    case .binary(_, let left, let right, _): left.names + right.names
    case .call(_, let arguments, _): arguments.flatMap(\.names)
    }
  }
}

/// One line of a text of equations.
struct EquationStatement {
  typealias Position = EquationError.Position

  enum Kind {
    /// `x' = formula`
    case derivative(EquationSyntax)
    /// `x(0) = formula`, perhaps bounded or `fixed`
    case initial(EquationSyntax, time: EquationSyntax, [Constraint])
    /// `k = formula`, a parameter if the formula is a number, else an intermediate.
    case definition(EquationSyntax, [Constraint])
    /// `input u` or `input u = 0`
    case input(EquationSyntax?)
    /// `algebraic z`, or `algebraic z = 1` with a value near the solution
    case algebraic(EquationSyntax?)
    /// `0 = formula`
    case constraint(EquationSyntax)
    case event(EventSyntax)
    case dose(DoseSyntax)
    /// `span = 0..20`
    case span(EquationSyntax, EquationSyntax)
    /// `observe od = formula ~ noise`
    case observation(ObservationSyntax)
    /// `predict cp at 12, 24`
    case prediction([EquationSyntax])
    /// `prior k ~ distribution`
    case prior(PriorSyntax)
  }

  /// What may follow a parameter's value.
  enum Constraint {
    case atLeast(EquationSyntax)
    case atMost(EquationSyntax)
    case fixed
  }

  var kind: Kind
  var name: String
  var position: Position
  /// The comment at the end of the line.
  var note: String
}
