import Testing

import MechanisticModels
import Programs
import Transforms
import Tensors

/// A text with one mistake and what must be said about it.
struct Mistake: CustomTestStringConvertible, Sendable {
  var text: String
  var line: Int
  var column: Int
  /// A part of the message that names the fix.
  var fix: String
  var testDescription: String { text }
}

private let mistakes: [Mistake] = [
  .init(text: "x' = k*y\nk = 1\ny' = x\nz = 3", line: 4, column: 1, fix: "never used"),
  .init(text: "x' = -rat*x\nrate = 1", line: 1, column: 7, fix: "did you mean 'rate'?"),
  .init(text: "x' = -q*x", line: 1, column: 7, fix: "q' = …"),
  .init(text: "x' = sinus(x)", line: 1, column: 6, fix: "did you mean 'sin'?"),
  .init(text: "x' = sin*x", line: 1, column: 6, fix: "sin(…)"),
  .init(text: "x' = pow(x)", line: 1, column: 6, fix: "takes two arguments, not 1"),
  .init(text: "k = 1", line: 1, column: 1, fix: "x' = -k*x"),
  .init(text: "", line: 1, column: 1, fix: "x' = -k*x"),
  .init(text: "x' = 1\ny(0) = 3", line: 2, column: 1, fix: "write y' = …"),
  .init(text: "prey' = 1\npray(0) = 3", line: 2, column: 1, fix: "did you mean 'prey'?"),
  .init(text: "x' = a\na = b + x\nb = 2*a", line: 2, column: 1, fix: "a → b → a"),
  .init(text: "x' = 1\nx' = 2", line: 2, column: 1, fix: "in line 1 already"),
  .init(text: "x' = x\nx(0) = 1\nx(0) = 2", line: 3, column: 1, fix: "in line 2 already"),
  .init(text: "x' = 1\nx = 2", line: 2, column: 1, fix: "in line 1 already"),
  .init(text: "x'' = -x", line: 1, column: 1, fix: "x' = v"),
  .init(text: "x' = 2 x", line: 1, column: 8, fix: "'*'"),
  .init(text: "x' = (1 + x", line: 1, column: 6, fix: "')'"),
  .init(text: "x' = 1 +", line: 1, column: 9, fix: "parentheses"),
  .init(text: "x' = 1 + $", line: 1, column: 10, fix: "'#'"),
  .init(text: "x' = x²", line: 1, column: 7, fix: "x^2"),
  .init(text: "x' = -x // decay", line: 1, column: 9, fix: "a comment with '#'"),
  .init(text: "x' = 7 % 2 - x", line: 1, column: 8, fix: "mod(a, b)"),
  .init(text: "x[1]' = -x[1]", line: 1, column: 2, fix: "x1 and x2"),
  .init(text: "x.1' = -x.1", line: 1, column: 2, fix: "'_' in place of '.'"),
  .init(text: "x' = {x}", line: 1, column: 6, fix: "( )"),
  .init(text: "x' = (x > 1) & (x < 2)", line: 1, column: 14, fix: "'and'"),
  .init(text: "x' = -x(t - 1)", line: 1, column: 7, fix: "delays"),
  .init(text: "x' = ifelse(x > 1, 1, 0)", line: 1, column: 6, fix: "if(condition, a, b)"),
  .init(text: "x' = where(x > 1, 1, 0)", line: 1, column: 6, fix: "if(condition, a, b)"),
  .init(text: "x' = fmod(t, 24)", line: 1, column: 6, fix: "mod(a, b)"),
  .init(text: "x' = -e*x", line: 1, column: 7, fix: "exp(1)"),
  .init(text: "x' = -x*time", line: 1, column: 9, fix: "write t"),
  .init(text: "x' = -k*x\nk = 0,5", line: 2, column: 6, fix: "decimal point"),
  .init(text: "x' = if(x > 1, 1)", line: 1, column: 6, fix: "(condition, a, b)"),
  .init(text: "x' = piecewise(1, x > 1)", line: 1, column: 6, fix: "otherwise"),
  .init(text: "x' = mod(t)", line: 1, column: 6, fix: "two arguments"),
  .init(text: "x' = day\nday = t > 1", line: 2, column: 1, fix: "day = (a > b)"),
  .init(text: "d2x/dt = 1", line: 1, column: 4, fix: "after 'd2x'"),
  .init(text: "x' = x > 1 ? 2", line: 1, column: 15, fix: "':'"),
  .init(text: "x 3", line: 1, column: 3, fix: "after 'x'"),
  .init(text: "x' = x\nt = 3", line: 2, column: 1, fix: "choose another name"),
  .init(text: "x' = x\nexp = 3", line: 2, column: 1, fix: "choose another name"),
  .init(text: "x' = k*x\nk = 3 in 5..9", line: 2, column: 1, fix: "5.0..9.0"),
  .init(text: "x' = k*x\nk = 3 in 9..5", line: 2, column: 1, fix: "smaller number first"),
  .init(text: "x' = k*x\nk = 1/0", line: 2, column: 6, fix: "finite value"),
  .init(text: "x' = k*x\nk = 2*x > 0", line: 2, column: 1, fix: "no bounds"),
  .init(text: "x' = k*x\nk = 2 > x", line: 2, column: 9, fix: "where only a number can"),
  .init(text: "x' = x\nspan = 3..3", line: 2, column: 8, fix: "smaller number first"),
  .init(text: "x' = x\nx(1) = 3", line: 2, column: 3, fix: "at 0.0"),
  .init(text: "x' = x\ny' = x\ny(0) = x", line: 3, column: 8, fix: "parameters only"),
  .init(text: "x' = x\nx(0) = 1e400", line: 2, column: 8, fix: "3e-4"),
]

@Suite struct EquationErrorTests {
  @Test(arguments: mistakes)
  func `a mistake is reported with line, column and fix`(_ mistake: Mistake) throws {
    let error = try #require(throws: EquationError.self) {
      try EquationSystem(mistake.text, name: "test")
    }
    #expect(error.position == .init(line: mistake.line, column: mistake.column), "\(error)")
    #expect(error.description.contains(mistake.fix), "\(error)")
    #expect(!error.description.contains("\n"))
    #expect(error.description.hasPrefix("test:\(mistake.line):\(mistake.column): "))
  }

  @Test(arguments: [
    "x' = " + String(repeating: "(", count: 20_000) + "x" + String(repeating: ")", count: 20_000),
    "x' = x" + String(repeating: " + x", count: 20_000),
    "x' = " + String(repeating: "-", count: 20_000) + "x",
    "x' = x" + String(repeating: "^x", count: 20_000),
  ])
  func `a formula too deep to be read is refused`(_ text: String) throws {
    let error = try #require(throws: EquationError.self) {
      try EquationSystem(text, name: "test")
    }
    #expect(error.description.contains("intermediates"))
  }

  @Test func `a long sum is no mistake`() throws {
    let system = try EquationSystem("x' = x" + String(repeating: " + x", count: 400), name: "test")
    let slope = system.derivative(
      time: .zeros([], scalarType: .float64), state: Tensor([2.0], shape: [1, 1]),
      parameters: .zeros([1, 0], scalarType: .float64))
    #expect(slope.values == [802])
  }
}
