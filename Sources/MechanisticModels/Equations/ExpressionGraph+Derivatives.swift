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
      case .select(let condition, let a, let b):
        let (da, db) = (tangent[a], tangent[b])
        if da == nil && db == nil { continue }
        let zero = constant(0)
        tangent[number] = select(condition, da ?? zero, db ?? zero)
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
        adjoint[x] = sum(adjoint[x], slope.map { scaled(given, by: $0) })
      case .binary(let function, let a, let b):
        let byFirst = derivative(of: function, a, b, one, nil, value: number)
        let bySecond = derivative(of: function, a, b, nil, one, value: number)
        adjoint[a] = sum(adjoint[a], byFirst.map { scaled(given, by: $0) })
        adjoint[b] = sum(adjoint[b], bySecond.map { scaled(given, by: $0) })
      case .select(let condition, let a, let b):
        let zero = constant(0)
        adjoint[a] = sum(adjoint[a], select(condition, given, zero))
        adjoint[b] = sum(adjoint[b], select(condition, zero, given))
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
    case .sign, .floor: return nil
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
      let isFirst = compare(.lessOrEqual, a, b)
      return select(isFirst, da ?? constant(0), db ?? constant(0))
    case .maximum:
      let isFirst = compare(.lessOrEqual, b, a)
      return select(isFirst, da ?? constant(0), db ?? constant(0))
    }
  }

  /// `slope · cotangent`, and 0 wherever the cotangent is the 0 of a branch that is not taken, whatever the slope is there.
  private mutating func scaled(_ cotangent: Int, by slope: Int) -> Int {
    if case .select(let condition, let a, let b) = nodes[slope],
      value(of: a) == 0 || value(of: b) == 0
    {
      let zero = constant(0)
      let first = value(of: a) == 0 ? zero : scaled(cotangent, by: a)
      let second = value(of: b) == 0 ? zero : scaled(cotangent, by: b)
      return select(condition, first, second)
    }
    switch nodes[cotangent] {
    case .select(let condition, let a, let b) where value(of: a) == 0 || value(of: b) == 0:
      let (first, second) = (scaled(a, by: slope), scaled(b, by: slope))
      return select(condition, first, second)
    case .binary(.add, let a, let b) where isMasked(a) || isMasked(b):
      let (first, second) = (scaled(a, by: slope), scaled(b, by: slope))
      return binary(.add, first, second)
    case .constant(0): return cotangent
    default: return binary(.multiply, slope, cotangent)
    }
  }

  private func isMasked(_ number: Int) -> Bool {
    switch nodes[number] {
    case .select(_, let a, let b): value(of: a) == 0 || value(of: b) == 0
    case .binary(.add, let a, let b): isMasked(a) || isMasked(b)
    default: false
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
