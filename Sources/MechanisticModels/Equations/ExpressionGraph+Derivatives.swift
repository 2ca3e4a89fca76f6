import Tensors

extension ExpressionGraph {
  /// The derivatives of nodes in one direction, as new nodes; nil is an exact zero.
  ///
  /// Forward mode: `tangents` gives the derivative of every leaf that has one, by node number. Kinks (`abs`,
  /// `min`, `max`) take the derivative of one side; steps have derivative zero.
  package mutating func derivatives(of roots: [Int], tangents: [Int: Int]) -> [Int?] {
    let isNeeded = reach(of: roots).isNeeded
    var tangent = [Int?](repeating: nil, count: nodes.count)
    for number in isNeeded.indices where isNeeded[number] {
      if let given = tangents[number] {
        tangent[number] = given
        continue
      }
      switch nodes[number] {
      case .constant, .time, .state, .parameter, .input, .compare: continue
      case .unary(let function, let x):
        guard let dx = tangent[x] else { continue }
        tangent[number] = derivative(of: function, at: x, value: number).map {
          binary(.multiply, $0, dx)
        }
      case .binary(let function, let a, let b):
        tangent[number] = derivative(of: function, a, b, tangent[a], tangent[b], value: number)
      }
    }
    return roots.map { tangent[$0] }
  }

  /// The matrix `∂ roots[i] / ∂ leaves[j]`; nil is an exact zero.
  package mutating func jacobian(of roots: [Int], by leaves: [Node]) -> [[Int?]] {
    let one = constant(1)
    let columns = leaves.map { leaf in
      derivatives(of: roots, tangents: [number(of: leaf): one])
    }
    return roots.indices.map { row in columns.map { $0[row] } }
  }

  /// The derivatives of one node by some leaves, as new nodes; nil is an exact zero.
  ///
  /// Reverse mode: the cost does not grow with the number of leaves. Rules as for `derivatives`.
  package mutating func gradient(of root: Int, by leaves: [Int]) -> [Int?] {
    let isNeeded = reach(of: [root]).isNeeded
    let one = constant(1)
    var adjoint = [Int?](repeating: nil, count: isNeeded.count)
    adjoint[root] = one
    for number in isNeeded.indices.reversed() where isNeeded[number] {
      guard let given = adjoint[number] else { continue }
      switch nodes[number] {
      case .constant, .time, .state, .parameter, .input, .compare: continue
      case .unary(let function, let x):
        let slope = derivative(of: function, at: x, value: number)
        adjoint[x] = sum(adjoint[x], slope.map { binary(.multiply, $0, given) })
      case .binary(let function, let a, let b):
        let byFirst = derivative(of: function, a, b, one, nil, value: number)
        let bySecond = derivative(of: function, a, b, nil, one, value: number)
        adjoint[a] = sum(adjoint[a], byFirst.map { binary(.multiply, $0, given) })
        adjoint[b] = sum(adjoint[b], bySecond.map { binary(.multiply, $0, given) })
      }
    }
    return leaves.map { $0 < adjoint.count ? adjoint[$0] : nil }
  }

  /// The slope of a function of one argument at node `x`, whose value there is node `y`.
  private mutating func derivative(of function: UnaryFunction, at x: Int, value y: Int) -> Int? {
    let one = constant(1)
    switch function {
    case .negate: return constant(-1)
    case .reciprocal: return unary(.negate, unary(.square, y))
    case .square: return binary(.multiply, constant(2), x)
    case .sqrt: return binary(.divide, constant(0.5), y)
    case .abs: return unary(.sign, x)
    case .sign: return nil
    case .exp: return y
    case .expm1: return binary(.add, y, one)
    case .log: return unary(.reciprocal, x)
    case .log1p: return unary(.reciprocal, binary(.add, one, x))
    case .sin: return unary(.cos, x)
    case .cos: return unary(.negate, unary(.sin, x))
    case .tanh: return binary(.subtract, one, unary(.square, y))
    case .sigmoid: return binary(.multiply, y, binary(.subtract, one, y))
    case .softplus: return unary(.sigmoid, x)
    case .erf:
      // 2/√π · exp(−x²)
      let gaussian = unary(.exp, unary(.negate, unary(.square, x)))
      return binary(.multiply, constant(2 / Double.pi.squareRoot()), gaussian)
    }
  }

  private mutating func derivative(
    of function: BinaryFunction, _ a: Int, _ b: Int, _ da: Int?, _ db: Int?, value y: Int
  ) -> Int? {
    if da == nil && db == nil { return nil }
    switch function {
    case .add: return sum(da, db)
    case .subtract: return sum(da, db.map { unary(.negate, $0) })
    case .multiply: return sum(product(b, da), product(a, db))
    case .divide:
      // (da − y db) / b
      let numerator = sum(da, product(y, db).map { unary(.negate, $0) })
      return numerator.map { binary(.divide, $0, b) }
    case .power:
      // b a^(b−1) da + log(a) y db
      let lower = binary(.power, a, binary(.subtract, b, constant(1)))
      let byBase = product(binary(.multiply, b, lower), da)
      return sum(byBase, db == nil ? nil : product(binary(.multiply, unary(.log, a), y), db))
    case .minimum:
      return sum(product(compare(.lessOrEqual, a, b), da), product(compare(.less, b, a), db))
    case .maximum:
      return sum(product(compare(.lessOrEqual, b, a), da), product(compare(.less, a, b), db))
    }
  }

  mutating func sum(_ a: Int?, _ b: Int?) -> Int? {
    guard let a, let b else { return a ?? b }
    return binary(.add, a, b)
  }

  mutating func product(_ factor: Int, _ tangent: Int?) -> Int? {
    tangent.map { binary(.multiply, factor, $0) }
  }
}
