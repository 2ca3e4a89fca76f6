/// The polynomials of a signal between its values.
struct SignalPolynomials {
  private let values: [Double]
  /// Lengths of the intervals, and the slopes of the straight lines in them.
  private let lengths: [Double]
  private let slopes: [Double]

  init(_ times: [Double], _ values: [Double]) {
    self.values = values
    lengths = zip(times, times.dropFirst()).map { $1 - $0 }
    slopes = zip(lengths, zip(values, values.dropFirst())).map { ($1.1 - $1.0) / $0 }
  }

  /// Of `s`, `s²` and `s³` per interval.
  func coefficients(_ interpolation: InputSignal.Interpolation) -> [SIMD3<Double>] {
    switch interpolation {
    case .linear: slopes.map { SIMD3($0, 0, 0) }
    case .previous: slopes.map { _ in .zero }
    case .cubic: cubics(ofSlopes: parabolaSlopes)
    case .spline: cubics(ofSlopes: splineSlopes)
    case .monotone: cubics(ofSlopes: monotoneSlopes)
    }
  }

  /// The cubics with given slopes at the values (Hermite).
  private func cubics(ofSlopes ends: [Double]) -> [SIMD3<Double>] {
    lengths.indices.map { place in
      let (h, line) = (lengths[place], slopes[place])
      let (first, second) = (ends[place], ends[place + 1])
      return SIMD3(
        first, (3 * line - 2 * first - second) / h, (first + second - 2 * line) / (h * h))
    }
  }

  /// The slope of the parabola through each value and its neighbours; at the ends, of the parabola of the end.
  private var parabolaSlopes: [Double] {
    guard slopes.count > 1 else { return slopes + slopes }
    func inner(_ place: Int) -> Double {
      let (before, after) = (lengths[place - 1], lengths[place])
      return (after * slopes[place - 1] + before * slopes[place]) / (before + after)
    }
    let last = slopes.count
    let middle = (1..<last).map(inner)
    return [2 * slopes[0] - middle[0]] + middle + [2 * slopes[last - 1] - middle[last - 2]]
  }

  /// Slopes for which the second derivative is continuous, and 0 at both ends: a tridiagonal system.
  private var splineSlopes: [Double] {
    let last = slopes.count
    guard last > 1 else { return slopes + slopes }
    var upper = [0.5]
    var right = [1.5 * slopes[0]]
    for place in 1...last {
      let isEnd = place == last
      let (before, after) = (lengths[place - 1], isEnd ? 0 : lengths[place])
      // after m[i−1] + 2 (before + after) m[i] + before m[i+1] = 3 (after d[i−1] + before d[i])
      let lower = isEnd ? 1 : after
      let diagonal = isEnd ? 2 : 2 * (before + after)
      let side =
        isEnd ? 3 * slopes[last - 1] : 3 * (after * slopes[place - 1] + before * slopes[place])
      let pivot = diagonal - lower * upper[place - 1]
      upper.append(isEnd ? 0 : before / pivot)
      right.append((side - lower * right[place - 1]) / pivot)
    }
    for place in (0..<last).reversed() { right[place] -= upper[place] * right[place + 1] }
    return right
  }

  /// Harmonic means of neighbouring slopes, 0 at extrema.
  ///
  /// Source: Fritsch, Butland, A method for constructing local monotone piecewise cubic interpolants (1984);
  /// at the ends the three-point formula with the limits of Fritsch and Carlson.
  private var monotoneSlopes: [Double] {
    let last = slopes.count
    guard last > 1 else { return slopes + slopes }
    func inner(_ place: Int) -> Double {
      let (before, after) = (slopes[place - 1], slopes[place])
      guard before * after > 0 else { return 0 }
      let first = 2 * lengths[place] + lengths[place - 1]
      let second = lengths[place] + 2 * lengths[place - 1]
      return (first + second) / (first / before + second / after)
    }
    func end(_ lengths: (Double, Double), _ slopes: (Double, Double)) -> Double {
      let slope =
        ((2 * lengths.0 + lengths.1) * slopes.0 - lengths.0 * slopes.1) / (lengths.0 + lengths.1)
      if slope * slopes.0 <= 0 { return 0 }
      return slopes.0 * slopes.1 <= 0 && slope.magnitude > 3 * slopes.0.magnitude
        ? 3 * slopes.0 : slope
    }
    return [end((lengths[0], lengths[1]), (slopes[0], slopes[1]))] + (1..<last).map(inner)
      + [end((lengths[last - 1], lengths[last - 2]), (slopes[last - 1], slopes[last - 2]))]
  }
}
