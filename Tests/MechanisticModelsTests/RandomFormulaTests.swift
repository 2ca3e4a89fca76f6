import TestSupport
import Testing

import MechanisticModels

/// A value with its derivative by `x`, and the distance of the nearest switch.
private struct Dual {
  var value: Double
  var slope: Double = 0
}

/// A formula as text, and an evaluation of it that shares no code with the language.
private struct RandomFormula {
  var text: String
  /// How strongly its outermost operator binds: 9 for an atom, 1 for `or`.
  var strength: Int
  /// Nil where a comparison, a step or a kink is too near to tell its sides apart.
  var evaluate: (_ x: Double, _ t: Double) -> Dual?

  func text(inside strength: Int) -> String {
    self.strength < strength ? "(\(text))" : text
  }
}

/// Makes random formulas of `x` and `t`.
private struct FormulaGenerator {
  var random: SeededGenerator

  mutating func number(_ depth: Int) -> RandomFormula {
    if depth == 0 { return atom() }
    return switch Int.random(in: 0..<15, using: &random) {
    case 0..<6: arithmetic(depth)
    case 6..<11: function(depth)
    case 11: chosen(depth)
    case 12: piecewise(depth)
    case 13: ternary(depth)
    default: truthAsNumber(depth)
    }
  }

  private mutating func atom() -> RandomFormula {
    switch Int.random(in: 0..<5, using: &random) {
    case 0, 1: return .init(text: "x", strength: 9) { x, _ in Dual(value: x, slope: 1) }
    case 2: return .init(text: "t", strength: 9) { _, t in Dual(value: t) }
    default:
      let value = Double(Int.random(in: 1...40, using: &random)) / 8
      return .init(text: "\(value)", strength: 9) { _, _ in Dual(value: value) }
    }
  }

  private mutating func arithmetic(_ depth: Int) -> RandomFormula {
    let (a, b) = (number(depth - 1), number(depth - 1))
    func both(_ x: Double, _ t: Double) -> (Dual, Dual)? {
      guard let a = a.evaluate(x, t), let b = b.evaluate(x, t) else { return nil }
      return (a, b)
    }
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      return .init(text: "\(a.text(inside: 6)) + \(b.text(inside: 6))", strength: 6) { x, t in
        both(x, t).map { Dual(value: $0.value + $1.value, slope: $0.slope + $1.slope) }
      }
    case 1:
      return .init(text: "\(a.text(inside: 6)) - \(b.text(inside: 7))", strength: 6) { x, t in
        both(x, t).map { Dual(value: $0.value - $1.value, slope: $0.slope - $1.slope) }
      }
    case 2:
      return .init(text: "\(a.text(inside: 7))*\(b.text(inside: 7))", strength: 7) { x, t in
        both(x, t).map {
          Dual(value: $0.value * $1.value, slope: $0.slope * $1.value + $0.value * $1.slope)
        }
      }
    case 3:
      return .init(text: "\(a.text(inside: 7))/\(b.text(inside: 8))", strength: 7) { x, t in
        both(x, t).map { a, b in
          Dual(
            value: a.value / b.value,
            slope: (a.slope - a.value / b.value * b.slope) / b.value)
        }
      }
    case 4:
      return .init(text: "-\(a.text(inside: 8))", strength: 7) { x, t in
        a.evaluate(x, t).map { Dual(value: -$0.value, slope: -$0.slope) }
      }
    default:
      let power = ["^", "**"].randomElement(using: &random) ?? "^"
      return .init(text: "\(a.text(inside: 9))\(power)2", strength: 8) { x, t in
        a.evaluate(x, t).map { Dual(value: $0.value * $0.value, slope: 2 * $0.value * $0.slope) }
      }
    }
  }

  private mutating func function(_ depth: Int) -> RandomFormula {
    let (a, b) = (number(depth - 1), number(depth - 1))
    func call(_ name: String, _ evaluate: @escaping (Dual) -> Dual?) -> RandomFormula {
      .init(text: "\(name)(\(a.text))", strength: 9) { x, t in a.evaluate(x, t).flatMap(evaluate) }
    }
    func pair(_ name: String, _ evaluate: @escaping (Dual, Dual) -> Dual?) -> RandomFormula {
      .init(text: "\(name)(\(a.text), \(b.text))", strength: 9) { x, t in
        guard let a = a.evaluate(x, t), let b = b.evaluate(x, t) else { return nil }
        return evaluate(a, b)
      }
    }
    switch Int.random(in: 0..<16, using: &random) {
    case 0:
      return call("sin") {
        Dual(
          value: LibraryFunctions.sin($0.value), slope: LibraryFunctions.cos($0.value) * $0.slope)
      }
    case 1:
      return call("ln") { Dual(value: LibraryFunctions.log($0.value), slope: $0.slope / $0.value) }
    case 2:
      return call("log2") {
        Dual(
          value: LibraryFunctions.log($0.value) / LibraryFunctions.log(2),
          slope: $0.slope / $0.value / LibraryFunctions.log(2))
      }
    case 3:
      return call("log10") {
        Dual(
          value: LibraryFunctions.log($0.value) / LibraryFunctions.log(10),
          slope: $0.slope / $0.value / LibraryFunctions.log(10))
      }
    case 4:
      return call("sqrt") {
        Dual(value: $0.value.squareRoot(), slope: $0.slope / (2 * $0.value.squareRoot()))
      }
    case 5: return call("floor") { stepped($0.value, at: $0.value) { $0.rounded(.down) } }
    case 6: return call("ceil") { stepped($0.value, at: $0.value) { $0.rounded(.up) } }
    case 7: return call("trunc") { stepped($0.value, at: $0.value) { $0.rounded(.towardZero) } }
    case 8:
      return call("round") { stepped($0.value, at: $0.value + 0.5) { ($0 + 0.5).rounded(.down) } }
    case 9:
      return call("abs") {
        isClear($0.value)
          ? Dual(value: Swift.abs($0.value), slope: $0.value < 0 ? -$0.slope : $0.slope) : nil
      }
    case 10:
      return call("heaviside") { isClear($0.value) ? Dual(value: $0.value >= 0 ? 1 : 0) : nil }
    case 11:
      return call("sign") {
        isClear($0.value) ? Dual(value: $0.value.isNaN ? .nan : $0.value > 0 ? 1 : -1) : nil
      }
    case 12:
      return pair("min") { a, b in
        isClear(a.value - b.value) ? (a.value.isNaN || a.value < b.value ? a : b) : nil
      }
    case 13:
      return pair("max") { a, b in
        isClear(a.value - b.value) ? (a.value.isNaN || a.value > b.value ? a : b) : nil
      }
    case 14:
      return call("exp") {
        Dual(
          value: LibraryFunctions.exp($0.value), slope: LibraryFunctions.exp($0.value) * $0.slope)
      }
    default:
      return pair("mod") { a, b in
        let quotient = a.value / b.value
        guard isClear(quotient - quotient.rounded()), Swift.abs(quotient) < 1e6 else { return nil }
        // The remainder by subtraction from the truncated one, which has the sign of the dividend.
        let rest = a.value.truncatingRemainder(dividingBy: b.value)
        let value = rest != 0 && (rest < 0) != (b.value < 0) ? rest + b.value : rest
        return Dual(value: value, slope: a.slope - quotient.rounded(.down) * b.slope)
      }
    }
  }

  private mutating func chosen(_ depth: Int) -> RandomFormula {
    let (c, a, b) = (truth(depth - 1), number(depth - 1), number(depth - 1))
    return .init(text: "if(\(c.text), \(a.text), \(b.text))", strength: 9) { x, t in
      c.evaluate(x, t).flatMap { $0.value != 0 ? a.evaluate(x, t) : b.evaluate(x, t) }
    }
  }

  private mutating func ternary(_ depth: Int) -> RandomFormula {
    let (c, a, b) = (truth(depth - 1), number(depth - 1), number(depth - 1))
    let text = "\(c.text(inside: 1)) ? \(a.text) : \(b.text)"
    return .init(text: text, strength: 0) { x, t in
      c.evaluate(x, t).flatMap { $0.value != 0 ? a.evaluate(x, t) : b.evaluate(x, t) }
    }
  }

  private mutating func piecewise(_ depth: Int) -> RandomFormula {
    let values = (0..<3).map { _ in number(depth - 1) }
    let conditions = (0..<2).map { _ in truth(depth - 1) }
    let text =
      "piecewise(\(values[0].text), \(conditions[0].text), \(values[1].text), "
      + "\(conditions[1].text), \(values[2].text))"
    return .init(text: text, strength: 9) { x, t in
      guard let first = conditions[0].evaluate(x, t) else { return nil }
      if first.value != 0 { return values[0].evaluate(x, t) }
      guard let second = conditions[1].evaluate(x, t) else { return nil }
      return values[second.value != 0 ? 1 : 2].evaluate(x, t)
    }
  }

  private mutating func truthAsNumber(_ depth: Int) -> RandomFormula {
    let (c, a) = (truth(depth - 1), number(depth - 1))
    return .init(text: "\(c.text(inside: 9))*\(a.text(inside: 8))", strength: 7) { x, t in
      guard let c = c.evaluate(x, t), let a = a.evaluate(x, t) else { return nil }
      return Dual(value: c.value * a.value, slope: c.value * a.slope)
    }
  }

  private mutating func truth(_ depth: Int) -> RandomFormula {
    if depth > 0 {
      let (a, b) = (truth(depth - 1), truth(depth - 1))
      let isSymbol = Bool.random(using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0:
        let word = isSymbol ? "&&" : "and"
        return .init(text: "\(a.text(inside: 2)) \(word) \(b.text(inside: 2))", strength: 2) {
          x, t in
          guard let a = a.evaluate(x, t), let b = b.evaluate(x, t) else { return nil }
          return Dual(value: a.value != 0 && b.value != 0 ? 1 : 0)
        }
      case 1:
        let word = isSymbol ? "||" : "or"
        return .init(text: "\(a.text(inside: 1)) \(word) \(b.text(inside: 1))", strength: 1) {
          x, t in
          guard let a = a.evaluate(x, t), let b = b.evaluate(x, t) else { return nil }
          return Dual(value: a.value != 0 || b.value != 0 ? 1 : 0)
        }
      case 2:
        return .init(text: "\(isSymbol ? "!" : "not ")\(a.text(inside: 3))", strength: 3) { x, t in
          a.evaluate(x, t).map { Dual(value: $0.value == 0 ? 1 : 0) }
        }
      default: break
      }
    }
    return comparison(depth)
  }

  private mutating func comparison(_ depth: Int) -> RandomFormula {
    let signs: [(String, (Double, Double) -> Bool)] = [
      ("<", { $0 < $1 }), ("<=", { $0 <= $1 }), (">", { $0 > $1 }), (">=", { $0 >= $1 }),
      ("==", { $0 == $1 }), ("!=", { $0 != $1 }),
    ]
    let places = (0..<2).map { _ in Int.random(in: signs.indices, using: &random) }
    let isChain = Int.random(in: 0..<4, using: &random) == 0
    let operands = (0..<(isChain ? 3 : 2)).map { _ in number(Swift.max(0, depth - 1)) }
    var text = operands[0].text(inside: 6)
    for (place, operand) in zip(places, operands.dropFirst()) {
      text += " \(signs[place].0) \(operand.text(inside: 6))"
    }
    return .init(text: text, strength: 4) { x, t in
      let values = operands.compactMap { $0.evaluate(x, t)?.value }
      guard values.count == operands.count,
        zip(values, values.dropFirst()).allSatisfy({ isClear($0 - $1) })
      else { return nil }
      let holds = zip(zip(values, values.dropFirst()), places).allSatisfy {
        signs[$1].1($0.0, $0.1)
      }
      return Dual(value: holds ? 1 : 0)
    }
  }
}

/// Whether rounding cannot change on which side of 0 a number is.
private func isClear(_ difference: Double) -> Bool { !(Swift.abs(difference) < 1e-6) }

/// A function that is constant between whole numbers.
private func stepped(_ x: Double, at place: Double, _ function: (Double) -> Double) -> Dual? {
  guard isClear(place - place.rounded()), Swift.abs(x) < 1e6 else { return nil }
  return Dual(value: function(x))
}

@Suite struct RandomFormulaTests {
  @Test(arguments: 0..<10)
  func `random formulas have the values and slopes of an independent evaluation`(_ seed: Int) throws
  {
    var generator = FormulaGenerator(random: SeededGenerator(seed: UInt64(seed)))
    var (compared, slopesCompared) = (0, 0)
    for _ in 0..<400 {
      let formula = generator.number(4)
      let system = try EquationSystem("x' = \(formula.text)", name: "random")
      let field = EquationEvaluator<Double>(system.program(.derivatives), parameters: [])
      let slope = EquationEvaluator<Double>(system.program(.jacobian), parameters: [])
      let reverse = SensitivitySystem(
        system, unknowns: [.initial(0)], observables: [.state(0)])
      let tangent = EquationEvaluator<Double>(reverse.field, parameters: [])
      for (x, t) in [(0.7, 3.1), (-1.3, 0.2), (5.9, -2.4)] {
        guard let expected = formula.evaluate(x, t) else { continue }
        let found = field.results(time: t, state: [x])[0]
        compared += 1
        let context = "\(formula.text) at x = \(x), t = \(t): \(found), not \(expected.value)"
        if !expected.value.isFinite {
          #expect(!found.isFinite || found.isNaN == expected.value.isNaN, "\(context)")
          continue
        }
        // At most some 100 roundings, amplified by at most 1e3 where terms cancel.
        #expect(abs(found - expected.value) <= 1e-9 * (1 + abs(expected.value)), "\(context)")
        guard expected.slope.isFinite, abs(expected.slope) < 1e6 else { continue }
        slopesCompared += 1
        for derivative in [
          slope.results(time: t, state: [x])[0], tangent.results(time: t, state: [x, 1])[1],
        ] {
          #expect(
            abs(derivative - expected.slope) <= 1e-8 * (1 + abs(expected.slope)),
            "slope of \(context): \(derivative), not \(expected.slope)")
        }
      }
    }
    #expect(compared > 400 && slopesCompared > 300)
  }
}
