import NumericCore
import ContinuousModels
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing

@Suite struct FlowMatchingTests {
  @Test(arguments: 1...6) func `an assignment is the cheapest of all permutations`(count: Int) {
    let key = RandomKey(UInt64(count))
    let costs = key.uniform(count * count, as: Float.self)
    func total(_ columns: [Int]) -> Float {
      columns.enumerated().reduce(0) { $0 + costs[$1.offset * count + $1.element] }
    }
    let found = OptimalAssignment.columns(costs: costs, count: count)
    #expect(Set(found).count == count)
    let best = permutations(count).map(total).min()!
    // Sums of at most six floats below 1.
    #expect(abs(total(found) - best) < 1e-5)
  }

  @Test func `coupled pairs are points of the batch, and closer than by chance`() {
    let data = RandomKey(1).normal(256, as: Float.self)
    let coupled = FlowMatchingBatch(data: data, dimension: 2, blockSize: 64, key: RandomKey(2))
    let chance = FlowMatchingBatch(data: data, dimension: 2, blockSize: 1, key: RandomKey(2))
    #expect(coupled.data.values.sorted() == chance.data.values.sorted())
    #expect(coupled.base.values == chance.base.values)
    func cost(_ batch: FlowMatchingBatch) -> Double {
      square(batch.data - batch.base).sum().values[0]
    }
    #expect(cost(coupled) < 0.2 * cost(chance))
    #expect(coupled.time.values.allSatisfy { (0...1).contains($0) })
  }

  @Test func `the sliced distance of shifted samples is the shift over the root of the dimension`()
  {
    let points = RandomKey(3).normal(2000, as: Double.self)
    let shifted = points.enumerated().map { $0.element + ($0.offset % 2 == 0 ? 1 : 0) }
    let distance = slicedWasserstein(
      points, shifted, dimension: 2, projections: 4000, key: RandomKey(4))
    // E cos² = ½; 4000 directions have a standard error of 0.006.
    #expect(abs(distance - 0.5.squareRoot()) < 0.02)
    #expect(
      slicedWasserstein(points, points, dimension: 2, projections: 5, key: RandomKey(4)) == 0)
  }

  @Test func `planar layers are invertible, and their determinant is that of the map`() {
    let flow = PlanarNormalizingFlow(
      dimension: 2, layers: 4, key: RandomKey(5), scalarType: .float64)
    let points = RandomKey(6).normal([3, 2], scalarType: .float64)
    let determinants = flow(points).logDeterminant.values
    let step = 1e-5
    for row in 0..<3 {
      let point = Array(points.values[2 * row..<2 * row + 2])
      func image(_ dx: Double, _ dy: Double) -> [Double] {
        flow(Tensor([point[0] + dx, point[1] + dy], shape: [1, 2])).points.values
      }
      let dx = zip(image(step, 0), image(-step, 0)).map { ($0 - $1) / (2 * step) }
      let dy = zip(image(0, step), image(0, -step)).map { ($0 - $1) / (2 * step) }
      let determinant = dx[0] * dy[1] - dx[1] * dy[0]
      #expect(determinant > 0)
      // Central differences: h² and 1e-16 / h.
      #expect(abs(log(Tensor([determinant])).values[0] - determinants[row]) < 1e-7)
    }
  }
}

private func permutations(_ count: Int) -> [[Int]] {
  if count == 0 { return [[]] }
  return permutations(count - 1).flatMap { shorter in
    (0...shorter.count).map { place in
      var longer = shorter
      longer.insert(count - 1, at: place)
      return longer
    }
  }
}
