import Foundation
import Platform
import Programs
import Transforms
import Testing

import MechanisticModels

private func value(_ formula: String, x: Double = 1, t: Double = 0) throws -> Double {
  let system = try EquationSystem("x' = \(formula)", name: "test")
  return EquationEvaluator<Double>(system.program(.derivatives), parameters: [])
    .results(time: t, state: [x])[0]
}

@Suite struct EquationLanguageTests {
  @Test func `operators bind as in mathematics`() throws {
    #expect(try value("1 + 2*3^2 - 8/4/2") == 18)
    #expect(try value("-x^2", x: 3) == -9)
    #expect(try value("2^3^2") == 512)
    #expect(try value("2^-1") == 0.5)
    #expect(try value("(1 - x)*(1 + x)", x: 3) == -8)
    #expect(try value("+x - -x", x: 3) == 6)
    #expect(try value("10 - x - 1", x: 3) == 6)
  }

  @Test func `functions have their textbook values`() throws {
    // Exact in floating point, or correctly rounded by every platform to one unit in the last place.
    #expect(try value("exp(0) + log(1) + sin(0) + tan(0) + tanh(0) + erf(0)") == 1)
    #expect(try value("cos(pi*x)", x: 1) == -1)
    #expect(try value("sqrt(x)", x: 9) == 3)
    #expect(try value("abs(x)*sign(x)", x: -9) == -9)
    #expect(try value("min(3, x, 7) + max(3, x)", x: 5) == 8)
    #expect(try value("pow(x, 3)", x: 3) == 27)
    #expect(try value("heaviside(x) + heaviside(-x)", x: 2) == 1)
    let (difference, decades) = (
      try value("softplus(x) - log(1 + exp(x))", x: 2), try value("log10(x)", x: 1000)
    )
    let one = try value("sigmoid(x) + sigmoid(-x)", x: 2)
    #expect(abs(one - 1) < 1e-15)
    #expect(abs(difference) < 1e-15)
    #expect(abs(decades - 3) < 1e-15)
    #expect(try value("expm1(x) - x", x: 0) == 0)
    #expect(try value("t^2", t: 3) == 9)
  }

  @Test func `whole powers are products`() throws {
    for exponent in -16...16 {
      // At most six roundings of half a unit in the last place each, and one of the reciprocal.
      let expected = (0..<abs(exponent)).reduce(1.0) { product, _ in product * 1.1 }
      let found = try value("x^\(exponent)", x: 1.1)
      #expect(abs(found / (exponent < 0 ? 1 / expected : expected) - 1) < 16 * 0x1p-52)
    }
  }

  @Test func `conditions have the values of logic`() throws {
    for (formula, expected) in [
      ("if(x > 1, 3, 4)", 4), ("if(x >= 1, 3, 4)", 3), ("if(x == 1, 3, 4)", 3),
      ("if(x != 1, 3, 4)", 4), ("if(x ≠ 2, 3, 4)", 3), ("if(5, 3, 4)", 3), ("if(0*x, 3, 4)", 4),
      ("(x > 0) + (x < 0)", 1), ("x > 0 and x < 0", 0), ("x > 0 or x < 0", 1),
      ("x > 0 && x < 0 || x > 0", 1), ("not x > 0", 0), ("!(x > 0)", 0), ("not not x", 1),
      ("3 and x", 1), ("0 or x*2", 1), ("1 or 1 and 0", 1), ("not 0 and 0", 0),
      ("0 < x < 2", 1), ("0 < x < 1", 0), ("x > 1 ? 5 : x > 0 ? 6 : 7", 6),
      ("piecewise(5, x > 1, 6, x > 0, 7)", 6), ("piecewise(5, x > 1, 6, x > 2, 7)", 7),
      ("2 + x > 3 - x", 1), ("x == x", 1), ("(x < 2)*10", 10),
    ] as [(String, Double)] {
      let found = try value(formula)
      #expect(found == expected, "\(formula): \(found)")
    }
  }

  @Test func `whole parts and remainders of numbers of both signs`() throws {
    for (formula, x, expected) in [
      ("floor(x)", 2.5, 2), ("floor(x)", -2.5, -3), ("ceil(x)", 2.5, 3), ("ceil(x)", -2.5, -2),
      ("trunc(x)", 2.5, 2), ("trunc(x)", -2.5, -2), ("round(x)", 2.5, 3), ("round(x)", -2.5, -2),
      ("round(x)", -2.6, -3), ("floor(x)", 7, 7), ("ceil(x)", 7, 7),
      ("mod(x, 3)", 7, 1), ("mod(x, 3)", -7, 2), ("mod(x, -3)", 7, -2), ("mod(x, -3)", -7, -1),
      ("mod(x, 24)", 24, 0), ("mod(x, 24)", -0.5, 23.5), ("ln(x) - log(x)", 3, 0),
      ("log2(x)", 1024, 10), ("pow(x, 3)", -2, -8), ("x**3", -2, -8), ("-2^x", 2, -4),
    ] as [(String, Double, Double)] {
      let found = try value(formula, x: x)
      #expect(found == expected, "\(formula) of \(x): \(found)")
    }
  }

  @Test func `a branch that is not taken spoils neither value nor derivatives`() throws {
    for (branch, other) in [
      ("log(x)", "3*x"), ("sqrt(x)", "3*x"), ("1/(x*0)", "3*x"), ("x^2.5", "3*x"), ("x^x", "3*x"),
      ("log(x) + sqrt(x)*exp(1000*(1 - x))", "3*x"), ("1e308*1e10*x", "3*x"),
      ("if(x > 0, 2, log(x)/0)", "3*x"), ("max(log(x), sqrt(x))", "3*x"),
    ] {
      for formula in ["if(x > 0, \(branch), \(other))", "if(x <= 0, \(other), \(branch))"] {
        let system = try EquationSystem("x' = \(formula)", name: "test")
        let slope = EquationEvaluator<Double>(system.program(.jacobian), parameters: [])
        let tangent = EquationEvaluator<Double>(
          SensitivitySystem(system, unknowns: [.initial(0)], observables: [.state(0)]).field,
          parameters: [])
        for x in [-2.0, 0] {
          #expect(try value(formula, x: x) == 3 * x, "\(formula) at \(x)")
          #expect(slope.results(time: 0, state: [x]) == [3], "\(formula) at \(x)")
          #expect(tangent.results(time: 0, state: [x, 1]) == [3 * x, 3], "\(formula) at \(x)")
        }
      }
    }
  }

  @Test func `schedules repeat every day and every week`() throws {
    let weekly = "if(mod(t, 168) < 120 and 8 <= mod(t, 24) < 16, 5, 0)"
    for day in 0..<21 {
      for hour in 0..<24 {
        let expected: Double = day % 7 < 5 && hour >= 8 && hour < 16 ? 5 : 0
        #expect(try value(weekly, t: Double(24 * day + hour)) == expected)
      }
    }
  }

  @Test(arguments: [
    "dx/dt = -0.5*x; x(0) = 1; span = 0..1;", "d(x)/dt = -0.5*x\nx(0) = 1\nspan = 0..1",
    "der(x) = -0.5*x\nx(0) = 1\nspan = 0..1", "x′ = −0.5·x\r\nx(0) = 1\r\nspan = 0..1\r\n",
    "x' = -(0.5)**1*x\nx(0)=1\nspan=0..1",
  ])
  func `other ways to write a derivative mean the same`(_ text: String) throws {
    let system = try EquationSystem(text, name: "test")
    #expect(system.states.map(\.name) == ["x"])
    #expect(system.span == 0...1 && system.initialState() == [1])
    let registers = EquationEvaluator<Double>(system.program(.derivatives), parameters: [])
    #expect(registers.results(time: 0, state: [3]) == [-1.5])
  }

  @Test func `words of conditions and new functions may still be names`() throws {
    let names = [
      "and", "or", "not", "if", "mod", "floor", "ceil", "round", "trunc", "ln", "log2", "piecewise",
      "event", "dose", "stop", "into", "at", "every", "until", "count", "over", "lag", "rising",
      "both", "d", "dt", "der", "dx", "e", "lambda",
    ]
    for name in names {
      let system = try EquationSystem(
        "x' = \(name)*x + (\(name) - 1)\n\(name) = 2", name: "test")
      let registers = EquationEvaluator<Double>(
        system.program(.derivatives), parameters: system.defaultParameters)
      #expect(registers.results(time: 0, state: [3]) == [7], "\(name)")
      let state = try EquationSystem("\(name)' = -\(name)\n\(name)(0) = 4", name: "test")
      #expect(state.initialState() == [4], "\(name)")
    }
  }

  @Test func `every part of a text is understood`() throws {
    let system = try EquationSystem(
      """
      # A title

      # about nothing
      x' = -rate*x + u + shift   # first [mol]
      rate = 1/2 in 0..5         # [1/s]
      mass = 3 > 0 < 4 fixed
      level = 7 in 2.. fixed
      double = 2*half            # used before its definition
      half = (x
              + mass)/2
      shift = wave*level
      wave = sin(t)
      input u = 2
      start = 4
      x(1) = start*2
      span = 1..2*pi
      """, name: "all")
    #expect(system.title == "A title")
    #expect(system.states.map(\.name) == ["x"])
    #expect(system.states[0].note == "first [mol]")
    #expect(system.parameters.map(\.name) == ["rate", "mass", "level", "start"])
    #expect(system.defaultParameters == [0.5, 3, 7, 4])
    #expect(system.parameters.map(\.lowerBound) == [0, 0, 2, -.infinity])
    #expect(system.parameters.map(\.upperBound) == [5, 4, .infinity, .infinity])
    #expect(system.parameters.map(\.isFixed) == [false, true, true, false])
    #expect(system.intermediates.map(\.name) == ["double", "half", "shift", "wave"])
    #expect(system.inputs.map(\.name) == ["u"])
    #expect(system.inputs[0].defaultValue == 2)
    #expect(system.span == 1...(2 * Double.pi))
    #expect(system.initialState() == [8])
    #expect(system.initialState(parameters: [0.5, 3, 7, 5]) == [10])
    let registers = EquationEvaluator<Double>(
      system.program(.intermediates), parameters: system.defaultParameters)
    registers.set(input: 0, to: 2)
    #expect(registers.results(time: 0, state: [1]) == [4, 2, 0, 0])
  }

  @Test func `line endings, signs of typography and letters of any script are read`() throws {
    let text = "α′ = −κ·α\r\nκ = .5 ≥ 0\r\nα(0) = 1\r\n"
    let system = try EquationSystem(text, name: "greek")
    #expect(system.states.map(\.name) == ["α"])
    #expect(system.parameters.map(\.name) == ["κ"])
    #expect(system.initialState() == [1])
  }

  @Test func `equal formulas are computed once, and parameters' ones not in the body`() throws {
    let system = try EquationSystem(
      """
      x' = exp(k*3)*(x + y) - (y + x)*exp(3*k)
      y' = x + y
      k = 1
      """, name: "test")
    let program = system.program(.derivatives).program
    #expect(program.setupCount == 2)
    #expect(program.instructionCount == 3)
  }

  @Test func `a state without an initial value has none`() throws {
    let system = try EquationSystem("x' = -x\ny' = -y\ny(0) = 1", name: "test")
    #expect(system.states.map(\.hasInitialValue) == [false, true])
    #expect(system.initialState()[0].isNaN)
  }

  @Test func `an initial value that is fixed or follows from parameters is not free`() throws {
    let system = try EquationSystem(
      "x' = -x\ny' = -y\nz' = -z\nx(0) = 1\ny(0) = 2 fixed\nz(0) = s\ns = 3", name: "test")
    #expect(system.states.map(\.isInitialFixed) == [false, true, true])
    #expect(system.initialState() == [1, 2, 3])
  }
}

@Suite struct EquationFileTests {
  @Test func `equations of a file are named by its path, and so are its errors`() throws {
    let path = NSTemporaryDirectory() + "decay-\(UUID().uuidString).ode"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Files.writeAtomically("x' = -k*x\nk = 2\n", to: path)
    let system = try EquationSystem(contentsOf: path)
    #expect(system.name == path && system.parameters.map(\.defaultValue) == [2])
    try Files.writeAtomically("x' = -q*x\n", to: path)
    let error = #expect(throws: EquationError.self) { try EquationSystem(contentsOf: path) }
    #expect(error?.description.hasPrefix("\(path):1:") == true)
    #expect(throws: FileError.self) { try EquationSystem(contentsOf: path + "x") }
  }
}
