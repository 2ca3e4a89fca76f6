import Platform
package import NumericCore
import NeuralNets
package import Tensors

/// Two-dimensional toy distributions.
///
/// Definitions as in the code that Grathwohl et al. (2019) released, `toy_data.py`; differences are
/// noted at each.
package enum PlanarData: String, CaseIterable, Sendable {
  case eightGaussians = "8gaussians"
  case checkerboard, circles, moons, rings, pinwheel
  case twoSpirals = "2spirals"
  case swissRoll = "swissroll"
  /// Two circles of radius 1 and ½ with noise .06, unscaled: the example of Chen et al. (2018).
  case twoCircles = "two-circles"

  /// Differential entropy in nats, a lower bound of every model's negative log-likelihood.
  ///
  /// The checkerboard is uniform on an area of 32, so its value is exact. The others are Monte
  /// Carlo estimates with a standard error of about .006; the estimate for the pinwheel ignores the
  /// overlap of its arms and is an upper bound.
  package var entropy: Double {
    switch self {
    case .eightGaussians: 2.835
    case .checkerboard: 3.465_735_902_799_726_5
    case .circles: 3.275
    case .moons: 2.394
    case .rings: 2.618
    case .pinwheel: 2.324
    case .twoSpirals: 2.640
    case .swissRoll: 2.663
    case .twoCircles: 0.788
    }
  }

  /// Points drawn independently.
  package func points(_ count: Int, key: RandomKey) -> [SIMD2<Double>] {
    let keys = key.split(6)
    let uniform = keys[0..<4].map { $0.uniform(count, as: Double.self) }
    let normal = keys[4..<6].map { $0.normal(count, as: Double.self) }
    return (0..<count).map { i in
      point(
        SIMD4(uniform[0][i], uniform[1][i], uniform[2][i], uniform[3][i]),
        SIMD2(normal[0][i], normal[1][i]))
    }
  }

  /// Points as a tensor, `[count, 2]`.
  package func sample(
    _ count: Int, key: RandomKey, scalarType: ScalarType = .float32
  ) -> Tensor {
    Tensor(
      rounding: points(count, key: key).flatMap { [$0.x, $0.y] }, shape: [count, 2], to: scalarType)
  }

  /// A point from four uniform numbers in `0 ..< 1` and two standard normal ones.
  private func point(_ u: SIMD4<Double>, _ n: SIMD2<Double>) -> SIMD2<Double> {
    switch self {
    case .eightGaussians:
      return (4 * Self.unit(.pi / 4 * Double(Int(8 * u.x))) + 0.5 * n) / 1.414
    case .checkerboard:
      let x = 4 * u.x - 2
      let parity = Double(Int(x.rounded(.down)) & 1)
      return 2 * SIMD2(x, u.y - (u.z < 0.5 ? 2 : 0) + parity)
    case .circles: return 3 * (Self.unit(2 * .pi * u.x) * (u.y < 0.5 ? 1 : 0.5) + 0.08 * n)
    case .twoCircles: return Self.unit(2 * .pi * u.x) * (u.y < 0.5 ? 1 : 0.5) + 0.06 * n
    case .moons:
      let arc = Self.unit(.pi * u.x)
      let moon = u.y < 0.5 ? arc : SIMD2(1, 0.5) - arc
      return 2 * (moon + 0.1 * n) - SIMD2(1, 0.2)
    case .rings:
      let radius = 0.25 * Double(1 + Int(4 * u.y))
      return 3 * radius * Self.unit(2 * .pi * u.x) + 0.08 * n
    case .pinwheel:
      let radius = 1 + 0.3 * n.x
      let angle = 2 * .pi * Double(Int(5 * u.x)) / 5 + 0.25 * .exponential(radius)
      let axis = Self.unit(angle)
      return 2 * (radius * axis + 0.1 * n.y * SIMD2(-axis.y, axis.x))
    case .twoSpirals:
      let along = 3 * .pi * u.x.squareRoot()
      let axis = Self.unit(along)
      let arm = along * SIMD2(-axis.x, axis.y) + 0.5 * SIMD2(u.z, u.w)
      return (u.y < 0.5 ? 1.0 : -1) * arm / 3 + 0.1 * n
    case .swissRoll:
      let along = 1.5 * .pi * (1 + 2 * u.x)
      return (along * Self.unit(along) + n) / 5
    }
  }

  private static func unit(_ angle: Double) -> SIMD2<Double> {
    SIMD2(.cosine(angle), .sine(angle))
  }
}
