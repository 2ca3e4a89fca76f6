package import Graphs
import Tensors

/// Derivatives of graphs by differences, and small vector helpers for laws.
package enum Differences {
  /// The gradient of `Σ weights · outputs` in one parameter, by the central formula of fourth order.
  ///
  /// With step `h` the error is about `h⁴ f⁽⁵⁾ / 30` plus rounding `ε |f| / h`.
  package static func gradient(
    of graph: Graph, weights: [[Double]], at inputs: [[Double]], parameter: Int, step: Double = 4e-4
  ) -> [Double] {
    inputs[parameter].indices.map { element in
      func value(_ multiple: Double) -> Double {
        var shifted = inputs
        shifted[parameter][element] += multiple * step
        return dot(ReferenceInterpreter.run(graph, shifted), weights)
      }
      return (8 * (value(1) - value(-1)) - (value(2) - value(-2))) / (12 * step)
    }
  }
}

/// `Σ a · b` over all elements of lists of arrays.
package func dot(_ a: [[Double]], _ b: [[Double]]) -> Double {
  zip(a.joined(), b.joined()).reduce(0) { $0 + $1.0 * $1.1 }
}

/// The largest absolute difference of two lists of arrays, relative to the largest element (at least 1).
package func relativeDistance(_ a: [[Double]], _ b: [[Double]]) -> Double {
  guard a.map(\.count) == b.map(\.count) else { return .infinity }
  var distance = 0.0
  var scale = 1.0
  for (x, y) in zip(a.joined(), b.joined()) {
    guard (x - y).isFinite else { return .nan }
    distance = max(distance, abs(x - y))
    scale = max(scale, abs(y))
  }
  return distance / scale
}
