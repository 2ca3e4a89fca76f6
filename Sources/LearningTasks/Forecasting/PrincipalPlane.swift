/// The plane of the two leading principal directions of points.
package struct PrincipalPlane: Sendable {
  private let mean: [Double]
  private let first: [Double]
  private let second: [Double]
  /// Fraction of the variance in the plane.
  package let share: Double

  /// The plane of points of one dimension.
  package init(of points: [[Double]]) {
    let width = points.first?.count ?? 0
    let count = Double(max(points.count, 1))
    let mean = (0..<width).map { axis in points.reduce(0) { $0 + $1[axis] } / count }
    self.mean = mean
    let centred = points.map { point in zip(point, mean).map { $0 - $1 } }
    let total = centred.reduce(0) { $0 + Self.dot($1, $1) } / count
    let (direction, variance) = Self.leading(centred, across: nil)
    let (other, rest) = Self.leading(centred, across: direction)
    (first, second) = (direction, other)
    share = total > 0 ? (variance + rest) / total : 1
  }

  /// Coordinates in the plane.
  package func project(_ point: [Double]) -> (Double, Double) {
    var (x, y) = (0.0, 0.0)
    for axis in point.indices {
      x += (point[axis] - mean[axis]) * first[axis]
      y += (point[axis] - mean[axis]) * second[axis]
    }
    return (x, y)
  }

  /// The unit direction of largest variance of centred points, and the variance along it,
  /// orthogonal to another direction if one is given.
  ///
  /// By at most 300 power iterations with the covariance, which is not formed: its size is the
  /// square of the points' dimension.
  private static func leading(
    _ points: [[Double]], across other: [Double]?
  ) -> ([Double], Double) {
    let width = points.first?.count ?? 0
    var vector = (0..<width).map { 1 + Double($0) / Double(max(width, 1)) }
    var value = 0.0
    for _ in 0..<300 {
      var next = [Double](repeating: 0, count: width)
      for point in points {
        let along = dot(point, vector) / Double(points.count)
        for axis in 0..<width { next[axis] += along * point[axis] }
      }
      if let other {
        let along = dot(next, other)
        for axis in 0..<width { next[axis] -= along * other[axis] }
      }
      value = dot(next, next).squareRoot()
      if value == 0 { return (vector, 0) }
      for axis in 0..<width { next[axis] /= value }
      let isSettled = zip(next, vector).allSatisfy { abs($0 - $1) < 1e-12 }
      vector = next
      if isSettled { break }
    }
    return (vector, value)
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
