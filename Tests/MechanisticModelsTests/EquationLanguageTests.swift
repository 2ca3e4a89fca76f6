import Testing

import MechanisticModels

private func value(_ formula: String, x: Double = 1, t: Double = 0) throws -> Double {
  let system = try EquationSystem("x' = \(formula)", name: "test")
  return TapeRegisters<Double>(system.derivativeTape, parameters: [])
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
    let registers = TapeRegisters<Double>(
      system.intermediateTape, parameters: system.defaultParameters)
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
    let tape = system.derivativeTape
    #expect(tape.setup.count == 2)
    #expect(tape.body.count == 3)
  }

  @Test func `a state without an initial value is said to have none`() throws {
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
