/// The plane in which points differ most: the two leading principal directions.
struct PrincipalPlane {
  private let mean: [Double]
  private let first: [Double]
  private let second: [Double]
  /// Share of the variance that lies in the plane.
  let share: Double

  init(of points: [[Double]]) {
    let width = points.first?.count ?? 0
    let count = Double(max(points.count, 1))
    let mean = (0..<width).map { axis in points.reduce(0) { $0 + $1[axis] } / count }
    self.mean = mean
    var covariance = [[Double]](repeating: [Double](repeating: 0, count: width), count: width)
    for point in points {
      for i in 0..<width {
        for j in 0..<width {
          covariance[i][j] += (point[i] - mean[i]) * (point[j] - mean[j]) / count
        }
      }
    }
    let total = (0..<width).reduce(0) { $0 + covariance[$1][$1] }
    let (direction, variance) = PrincipalPlane.leading(covariance)
    first = direction
    for i in 0..<width {
      for j in 0..<width { covariance[i][j] -= variance * direction[i] * direction[j] }
    }
    let (other, rest) = PrincipalPlane.leading(covariance)
    second = other
    share = total > 0 ? (variance + rest) / total : 1
  }

  /// Coordinates in the plane.
  func project(_ point: [Double]) -> (Double, Double) {
    var (x, y) = (0.0, 0.0)
    for axis in point.indices {
      x += (point[axis] - mean[axis]) * first[axis]
      y += (point[axis] - mean[axis]) * second[axis]
    }
    return (x, y)
  }

  /// The leading eigenvector and eigenvalue, by 300 rounds of power iteration.
  private static func leading(_ matrix: [[Double]]) -> ([Double], Double) {
    let width = matrix.count
    var vector = (0..<width).map { 1 + Double($0) / Double(max(width, 1)) }
    var value = 0.0
    for _ in 0..<300 {
      let next = matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
      value = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if value == 0 { return (vector, 0) }
      vector = next.map { $0 / value }
    }
    return (vector, value)
  }
}
