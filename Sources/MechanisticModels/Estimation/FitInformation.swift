import NumericCore

/// What the data determine of the unknowns near a point: the singular values of the Jacobian, with columns of length 1.
///
/// A direction of singular value 0 changes the unknowns and no residual (Raue and others 2009 call it structural
/// non-identifiability where it holds everywhere).
struct FitInformation {
  /// Sensitivities are good to about 1e-8: what is below 1e-6 is no more than their error.
  private static let leastValue = 1e-6
  /// An unknown belongs to the directions that the data do not see if it has more than this part of one.
  private static let leastShare = 1e-6

  private let sizes: [Double]
  private let values: [Double]
  private let vectors: [[Double]]

  /// Of the derivatives `[row, unknown]`, row-major; nil if there are none.
  init?(_ evaluation: FitEvaluation, unknowns n: Int) {
    let count = evaluation.jacobian.count
    guard n > 0, count > 0, count == evaluation.residuals.count * n else { return nil }
    let factor = TriangularFactor(evaluation.jacobian, size: n, side: evaluation.residuals)
    var matrix = factor.matrix
    let sizes = (0..<n).map { column in
      max((0..<n).reduce(0) { $0 + matrix[$1 * n + column] * matrix[$1 * n + column] }, 1e-300)
        .squareRoot()
    }
    for i in 0..<n {
      for j in 0..<n { matrix[i * n + j] /= sizes[j] }
    }
    self.sizes = sizes
    (values, vectors) = DenseMatrix.singular(matrix, size: n)
  }

  /// Directions that the data see.
  var rank: Int { values.count { $0 >= Self.leastValue } }

  /// `(JᵀJ)⁻¹` over the directions that the data see, `[unknown, unknown]`.
  var covariance: [Double] {
    let n = sizes.count
    var result = [Double](repeating: 0, count: n * n)
    for (value, vector) in zip(values, vectors) where value >= Self.leastValue {
      for i in 0..<n {
        let part = vector[i] / (value * value * sizes[i])
        for j in 0..<n { result[i * n + j] += part * vector[j] / sizes[j] }
      }
    }
    return result
  }

  /// Columns of a root of `covariance`.
  var axes: [[Double]] {
    zip(values, vectors).filter { $0.0 >= Self.leastValue }.map { value, vector in
      zip(vector, sizes).map { $0 / (value * $1) }
    }
  }

  /// Whether the data determine an unknown by itself.
  func isSeen(_ place: Int) -> Bool { unseen(place, place) <= Self.leastShare }

  /// Standard errors, the roots of the diagonal of `variance · (JᵀJ)⁻¹`; an element is nil where the data determine nothing.
  func standardErrors(variance: Double) -> [Double?] {
    let (n, covariance) = (sizes.count, covariance)
    return sizes.indices.map {
      isSeen($0) ? (covariance[$0 * n + $0] * variance).squareRoot() : nil
    }
  }

  /// The unknowns that the data do not determine, in groups that trade against each other.
  ///
  /// Two unknowns are of one group if the projection on the unseen directions couples them, directly or through others.
  var unidentifiedGroups: [(places: [Int], measured: Int)] {
    var rest = sizes.indices.filter { !isSeen($0) }
    var groups: [(places: [Int], measured: Int)] = []
    while let first = rest.first {
      var group = [first]
      rest.removeFirst()
      var next = 0
      while next < group.count {
        let member = group[next]
        let others = rest.filter { place in
          let own = unseen(member, member) * unseen(place, place)
          return unseen(member, place).magnitude > 1e-3 * own.squareRoot()
        }
        group += others
        rest.removeAll { others.contains($0) }
        next += 1
      }
      // The trace of a projection is the number of its directions.
      let directions = group.reduce(0) { $0 + unseen($1, $1) }
      groups.append((group.sorted(), group.count - Int(directions.rounded())))
    }
    return groups
  }

  /// An element of the projection on the directions that the data do not see.
  private func unseen(_ i: Int, _ j: Int) -> Double {
    zip(values, vectors).reduce(0) {
      $1.0 < Self.leastValue ? $0 + $1.1[i] * $1.1[j] : $0
    }
  }
}
