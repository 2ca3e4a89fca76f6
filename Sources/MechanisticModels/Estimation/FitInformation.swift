import NumericCore

/// What the data say of the unknowns near a point: the eigensystem of `JᵀJ`, scaled to a unit diagonal.
///
/// A direction of eigenvalue 0 changes the unknowns and no residual (Raue and others 2009 call it structural
/// non-identifiability where it holds everywhere).
struct FitInformation {
  /// Sensitivities are good to about 1e-8: what is below the square of 1e-6 is no more than their error.
  private static let leastEigenvalue = 1e-12
  /// An unknown belongs to the directions that the data do not see if it has more than this part of one.
  private static let leastShare = 1e-6

  private let sizes: [Double]
  private let values: [Double]
  private let vectors: [[Double]]

  /// Of the derivatives `[residual, unknown]`, row-major; nil if there are none.
  init?(_ linearization: LevenbergMarquardt.Linearization, unknowns n: Int) {
    let count = linearization.jacobian.count
    guard n > 0, count > 0, count == linearization.residuals.count * n else { return nil }
    var normal = linearization.normalEquations(n).matrix
    let sizes = (0..<n).map { max(normal[$0 * n + $0], 1e-300).squareRoot() }
    for i in 0..<n {
      for j in 0..<n { normal[i * n + j] /= sizes[i] * sizes[j] }
    }
    self.sizes = sizes
    (values, vectors) = DenseMatrix.eigen(normal, size: n)
  }

  /// Directions that the data see.
  var rank: Int { values.count { $0 >= Self.leastEigenvalue } }

  /// Standard errors, the roots of the diagonal of `variance · (JᵀJ)⁻¹`; an element is nil where the data say nothing.
  func standardErrors(variance: Double) -> [Double?] {
    sizes.indices.map { place in
      if unseen(place, place) > Self.leastShare { return nil }
      var sum = 0.0
      for (value, vector) in zip(values, vectors) where value >= Self.leastEigenvalue {
        sum += vector[place] * vector[place] / value
      }
      return (sum * variance).squareRoot() / sizes[place]
    }
  }

  /// The unknowns that the data do not determine, in groups that trade against each other.
  ///
  /// Two unknowns are of one group if the projection on the unseen directions couples them, directly or through others.
  var unidentifiedGroups: [(places: [Int], measured: Int)] {
    var rest = sizes.indices.filter { unseen($0, $0) > Self.leastShare }
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
      $1.0 < Self.leastEigenvalue ? $0 + $1.1[i] * $1.1[j] : $0
    }
  }
}
