package import NumericCore
import NeuralNets
package import LearningTasks
import Tensors

extension LabelledPoints {
  /// Points at ±1 with noise; the target of a point at −1 is 1 and the other way round.
  package static func crossing(count: Int, noise: Double, key: RandomKey) -> LabelledPoints {
    let draws = key.normal(2 * count, as: Double.self)
    let signs = (0..<2 * count).map { $0 < count ? -1.0 : 1.0 }
    return LabelledPoints(
      points: Tensor(
        rounding: zip(signs, draws).map { $0 + noise * $1 }, shape: [2 * count, 1], to: .float32),
      targets: Tensor(rounding: signs.map { -$0 }, shape: [2 * count, 1], to: .float32))
  }

  /// A disc of radius 0.5 (target −1) and a ring of radii 1 to 1.5 (target 1); radius `a + (b − a) √u`.
  package static func spheres(inner: Int, outer: Int, key: RandomKey) -> LabelledPoints {
    let keys = key.split(2)
    let directions = keys[0].normal(2 * (inner + outer), as: Double.self)
    let radii = keys[1].uniform(inner + outer, as: Double.self)
    var points: [Double] = []
    var targets: [Double] = []
    for i in 0..<inner + outer {
      let (x, y) = (directions[2 * i], directions[2 * i + 1])
      let root = radii[i].squareRoot()
      let radius = (i < inner ? 0.5 * root : 1 + 0.5 * root) / (x * x + y * y).squareRoot()
      points += [x * radius, y * radius]
      targets.append(i < inner ? -1 : 1)
    }
    return LabelledPoints(
      points: Tensor(rounding: points, shape: [inner + outer, 2], to: .float32),
      targets: Tensor(rounding: targets, shape: [inner + outer, 1], to: .float32))
  }
}
