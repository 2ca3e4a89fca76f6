/// Minimizes a function of many unknowns, given its value and gradient.
///
/// The inverse Hessian is approximated from the last steps and changes of the gradient; a step satisfies the weak Wolfe
/// conditions, found by doubling and halving.
/// - Source: Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 7.5; Lewis and Overton 2013 (steps).
package struct LimitedMemoryBFGS: Sendable {
  package var iterationLimit = 1000
  /// Remembered steps.
  package var memory = 20
  /// Stops when no component of the gradient is larger than this part of `1 + |value|`.
  package var gradientTolerance = 1e-7
  /// Stops when ten steps together lower the value by less than this part of it.
  package var valueTolerance = 1e-10

  package init() {}

  package struct Result {
    package var unknowns: [Double]
    package var value: Double
    package var gradient: [Double]
    package var iterations: Int
    package var hasConverged: Bool
  }

  package typealias Evaluation = (value: Double, gradient: [Double])

  /// The minimum near `start`; nil if there is no value at `start`.
  ///
  /// `evaluate` returns nil where the function has no value: the step is then shortened.
  package func minimize(
    from start: [Double], _ evaluate: ([Double]) -> Evaluation?
  ) -> Result? {
    guard let first = evaluate(start) else { return nil }
    var result = Result(
      unknowns: start, value: first.value, gradient: first.gradient, iterations: 0,
      hasConverged: false)
    var history: [(step: [Double], change: [Double])] = []
    var values = [first.value]
    while result.iterations < iterationLimit {
      let largest = result.gradient.reduce(0) { max($0, $1.magnitude) }
      let before = values.suffix(11).first ?? .infinity
      let isFlat = values.count > 10 && before - result.value <= valueTolerance * before.magnitude
      if largest <= gradientTolerance * (1 + result.value.magnitude) || isFlat {
        result.hasConverged = true
        break
      }
      result.iterations += 1
      var direction = self.direction(result.gradient, history)
      if dot(direction, result.gradient) >= 0 {
        history = []
        direction = result.gradient.map { -$0 }
      }
      // Nothing is known of the curvature at first: the step is then of length 1 at most.
      let length = history.isEmpty ? 1 / max(dot(direction, direction).squareRoot(), 1) : 1
      guard let next = search(result, direction, length, evaluate) else {
        if history.isEmpty { break }
        history = []
        continue
      }
      let step = zip(next.unknowns, result.unknowns).map { $0 - $1 }
      let change = zip(next.gradient, result.gradient).map { $0 - $1 }
      if dot(step, change) > 1e-12 * dot(change, change).squareRoot() * dot(step, step).squareRoot()
      {
        history.append((step, change))
        if history.count > memory { history.removeFirst() }
      }
      (result.unknowns, result.value, result.gradient) = (
        next.unknowns, next.value, next.gradient
      )
      values.append(next.value)
    }
    return result
  }

  /// `−H g` by the two loops over the remembered steps.
  private func direction(
    _ gradient: [Double], _ history: [(step: [Double], change: [Double])]
  ) -> [Double] {
    var q = gradient
    var factors: [Double] = []
    for (step, change) in history.reversed() {
      let factor = dot(step, q) / dot(step, change)
      factors.append(factor)
      for i in q.indices { q[i] -= factor * change[i] }
    }
    if let (step, change) = history.last {
      let scale = dot(step, change) / dot(change, change)
      for i in q.indices { q[i] *= scale }
    }
    for ((step, change), factor) in zip(history, factors.reversed()) {
      let correction = factor - dot(change, q) / dot(step, change)
      for i in q.indices { q[i] += correction * step[i] }
    }
    return q.map { -$0 }
  }

  /// A point along the direction with enough descent and a flatter slope; nil if there is none.
  private func search(
    _ from: Result, _ direction: [Double], _ length: Double, _ evaluate: ([Double]) -> Evaluation?
  ) -> (unknowns: [Double], value: Double, gradient: [Double])? {
    let slope = dot(direction, from.gradient)
    var (low, high, size) = (0.0, Double.infinity, length)
    var best: (unknowns: [Double], value: Double, gradient: [Double])?
    for _ in 0..<40 {
      let point = zip(from.unknowns, direction).map { $0 + size * $1 }
      if let found = evaluate(point), found.value <= from.value + 1e-4 * size * slope {
        best = (point, found.value, found.gradient)
        if dot(direction, found.gradient) >= 0.9 * slope { return best }
        low = size
      } else {
        high = size
      }
      size = high.isFinite ? (low + high) / 2 : 2 * size
    }
    return best
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }
}
