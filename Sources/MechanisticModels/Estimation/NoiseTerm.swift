import Platform
import NumericCore

/// What one measured value adds to minus the logarithm of the likelihood, with its derivatives as rows of a least-squares problem.
///
/// A row has a residual `R` and slopes `S` by the value `f` of the equations and by the logarithms of the noise's arguments. The sum of
/// `R·S` over the rows is the exact gradient of `penalty`, the sum of `SᵀS` its expected information, or where that has no closed form a positive
/// substitute.
package struct NoiseTerm {
  package struct Row {
    package var residual: Double
    package var byValue: Double
    /// By the logarithms of the two arguments.
    package var byArguments = (0.0, 0.0)
  }

  package var penalty: Double
  package var main: Row
  /// Of the noise's own size; `nil` for that does not vary.
  package var scale: Row?

  /// The distribution's place and size.
  ///
  /// `residual = (y − place) / size`.
  private struct Shape {
    var place: Double
    /// `∂place / ∂f`.
    var placeSlope: Double
    var size: Double
    /// `∂ log size` by the value and by the logarithms of the arguments.
    var sizeByValue = 0.0
    var sizeByArguments = (0.0, 0.0)
    /// Whether the measured value enters by its logarithm.
    var isLogarithmic = false
    var isStudent = false
  }

  /// - Parameters:
  ///   - value: `f`, that of the equations.
  ///   - arguments: of the noise, positive.
  /// - Returns: nil where the distribution does not exist, such as a lognormal one of a negative `f`.
  package init?(
    _ noise: NoiseModel, of measured: Measurement.Value, value f: Double,
    arguments: (Double, Double)
  ) {
    switch (noise, measured) {
    case (.poisson, .exact(let y)): self.init(poisson: y, mean: f)
    case (.negativeBinomial, .exact(let y)):
      self.init(negativeBinomial: y, mean: f, size: arguments.0)
    case (.poisson, _), (.negativeBinomial, _):
      self.init(noise, ofCountIn: measured, value: f, size: arguments.0)
    default:
      guard let shape = Self.shape(noise, f, arguments) else { return nil }
      switch measured {
      case .exact(let y): self.init(exact: y, shape)
      case .below(let limit): self.init(limit: limit, isUpper: true, shape)
      case .above(let limit): self.init(limit: limit, isUpper: false, shape)
      case .between(let lower, let upper): self.init(between: lower, upper, shape)
      }
    }
    guard penalty.isFinite, main.residual.isFinite, main.byValue.isFinite else { return nil }
  }

  private static func shape(
    _ noise: NoiseModel, _ f: Double, _ arguments: (Double, Double)
  ) -> Shape? {
    let (a, b) = arguments
    switch noise {
    case .normal: return Shape(place: f, placeSlope: 1, size: a, sizeByArguments: (1, 0))
    case .student:
      return Shape(place: f, placeSlope: 1, size: a, sizeByArguments: (1, 0), isStudent: true)
    case .lognormal:
      guard f > 0 else { return nil }
      return Shape(
        place: .logarithm(f), placeSlope: 1 / f, size: a, sizeByArguments: (1, 0),
        isLogarithmic: true)
    case .proportional:
      guard f != 0 else { return nil }
      return Shape(
        place: f, placeSlope: 1, size: a * f.magnitude, sizeByValue: 1 / f, sizeByArguments: (1, 0))
    case .combined:
      let variance = a * a + b * b * f * f
      return Shape(
        place: f, placeSlope: 1, size: variance.squareRoot(), sizeByValue: b * b * f / variance,
        sizeByArguments: (a * a / variance, b * b * f * f / variance))
    case .poisson, .negativeBinomial: return nil
    }
  }

  /// A row of a derivative by the logarithm of the size.
  private static func scaleRow(_ residual: Double, _ root: Double, _ shape: Shape) -> Row {
    Row(
      residual: residual, byValue: root * shape.sizeByValue,
      byArguments: (root * shape.sizeByArguments.0, root * shape.sizeByArguments.1))
  }

  private init(exact measured: Double, _ shape: Shape) {
    let y = shape.isLogarithmic ? Double.logarithm(measured) : measured
    let r = (y - shape.place) / shape.size
    let jacobian = Double.logarithm(shape.size) + (shape.isLogarithmic ? y : 0)
    guard shape.isStudent else {
      penalty = jacobian - LikelihoodFunctions.logNormalDensity(r)
      main = Row(residual: -r, byValue: shape.placeSlope / shape.size)
      let root = Double(2).squareRoot()
      scale = Self.scaleRow((1 - r * r) / root, root, shape)
      return
    }
    // ν = 4: the expected information of the place is (ν+1)/(ν+3), that of the size's logarithm 2ν/(ν+3).
    penalty = jacobian - LikelihoodFunctions.logStudentDensity(r)
    let root = (5.0 / 7).squareRoot()
    main = Row(
      residual: -5 * r / (4 + r * r) / root, byValue: root * shape.placeSlope / shape.size)
    let sizeRoot = (8.0 / 7).squareRoot()
    scale = Self.scaleRow((1 - 5 * r * r / (4 + r * r)) / sizeRoot, sizeRoot, shape)
  }

  /// A value known to lie below (`isUpper`) or above a limit: a function of `z = ±(limit − place) / size` alone.
  private init(limit: Double, isUpper: Bool, _ shape: Shape) {
    let sign: Double = isUpper ? 1 : -1
    let c = shape.isLogarithmic ? Double.logarithm(limit) : limit
    let z = sign * (c - shape.place) / shape.size
    let logTail =
      shape.isStudent
      ? LikelihoodFunctions.logStudentTail(z) : LikelihoodFunctions.logNormalTail(z)
    let logDensity =
      shape.isStudent
      ? LikelihoodFunctions.logStudentDensity(z) : LikelihoodFunctions.logNormalDensity(z)
    penalty = -logTail
    let hazard = Double.exponential(logDensity - logTail)
    // The curvature of −log Φ; Student's tail is not log-concave, and the square of the slope stands for it.
    let curvature = shape.isStudent ? hazard * hazard : hazard * max(hazard + z, 0)
    let root = curvature.squareRoot()
    guard root > 1e-150 else {
      main = Row(residual: 0, byValue: 0)
      return
    }
    main = Row(
      residual: -hazard / root,
      byValue: root * (-sign * shape.placeSlope / shape.size - z * shape.sizeByValue),
      byArguments: (-root * z * shape.sizeByArguments.0, -root * z * shape.sizeByArguments.1))
  }

  private init?(between lower: Double, _ upper: Double, _ shape: Shape) {
    let ends = [lower, upper].map { (end: Double) in
      ((shape.isLogarithmic ? Double.logarithm(end) : end) - shape.place) / shape.size
    }
    let (a, b) = (ends[0], ends[1])
    let tail =
      shape.isStudent ? LikelihoodFunctions.logStudentTail : LikelihoodFunctions.logNormalTail
    let density =
      shape.isStudent
      ? LikelihoodFunctions.logStudentDensity : LikelihoodFunctions.logNormalDensity
    // P(b) − P(a), by the tail that is small.
    let (large, small) = a > 0 ? (tail(-a), tail(-b)) : (tail(b), tail(a))
    let logMass = large + .logarithm(-.exponentialMinusOne(small - large))
    guard logMass.isFinite else { return nil }
    let (fa, fb) = (
      a.isFinite ? Double.exponential(density(a) - logMass) : 0,
      b.isFinite ? Double.exponential(density(b) - logMass) : 0
    )
    penalty = -logMass
    let byPlace = (fb - fa) / shape.size
    let (aTerm, bTerm) = (a.isFinite ? a * fa : 0, b.isFinite ? b * fb : 0)
    let curvature = max(
      byPlace * byPlace + (bTerm - aTerm) / (shape.size * shape.size), byPlace * byPlace, 1e-300)
    let root = curvature.squareRoot()
    main = Row(residual: byPlace / root, byValue: root * shape.placeSlope)
    let sizeRoot = Double(2).squareRoot()
    scale = Self.scaleRow((bTerm - aTerm) / sizeRoot, sizeRoot, shape)
  }

  private init(poisson y: Double, mean: Double) {
    let f = max(mean, 1e-12)
    penalty =
      f - (y == 0 ? 0 : y * .logarithm(f)) + LikelihoodFunctions.logGamma(y + 1)
      + (mean < -1e-6 ? .infinity : 0)
    let root = f.squareRoot()
    main = Row(residual: (f - y) / root, byValue: 1 / root)
  }

  /// The information of the size has no closed form; that of a normal distribution with the same variance stands for it.
  private init(negativeBinomial y: Double, mean: Double, size: Double) {
    let f = max(mean, 1e-12)
    let share = f / (size + f)
    // log Γ(y + size) − log Γ(size) − y log size, and its derivative by the size times the size; of large sizes by their series.
    let isLarge = size > 1e6 * (1 + y * y)
    let gammas =
      isLarge
      ? 0.5 * y * (y - 1) / size
      : LikelihoodFunctions.logGamma(y + size) - LikelihoodFunctions.logGamma(size)
        - y * .logarithm(size)
    let logMass =
      gammas - LikelihoodFunctions.logGamma(y + 1) - (y + size) * .logarithmOnePlus(f / size)
      + (y == 0 ? 0 : y * .logarithm(f))
    penalty = -logMass + (mean < -1e-6 ? .infinity : 0)
    let root = (size / (f * (size + f))).squareRoot()
    main = Row(residual: (f - y) * root, byValue: root)
    let bySize =
      isLarge
      ? ((y - f) * (y - f) - y) / (2 * size)
      : -size
        * (LikelihoodFunctions.digamma(y + size) - LikelihoodFunctions.digamma(size)
          - .logarithmOnePlus(f / size) + 1 - (size + y) / (size + f))
    let sizeRoot = max(Double(0.5).squareRoot() * share, 1e-150)
    scale = Row(residual: bySize / sizeRoot, byValue: 0, byArguments: (sizeRoot, 0))
  }
}
