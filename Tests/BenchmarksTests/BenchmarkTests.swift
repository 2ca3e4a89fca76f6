import Serialization
import Benchmarks
import TestSupport
import Testing

@Suite struct BenchmarkTests {
  @Test func `the generator draws what NumPy draws, the tails included`() throws {
    let cases = try #require(try fixture("numpy_random").object?["cases"]?.array)
    #expect(cases.count == 4)
    for value in cases {
      let seed = try #require(value.numbers(at: "seed")?.first)
      func numbers(_ name: String) throws -> [Double] { try #require(value.numbers(at: name)) }
      var random = NumPyGenerator(seed: UInt32(seed))
      #expect(random.integers(0, 10, count: 7).map(Double.init) == (try numbers("integers")))
      #expect(random.uniform(-1, 3, count: 5) == (try numbers("uniform")))
      #expect(random.integers(100, 800, count: 5).map(Double.init) == (try numbers("more")))
      let normal = random.normal(1, 2, count: 200_000)
      // Layers are computed here and a table there: widths differ by 8e-15 at most.
      for (ours, theirs) in zip(normal, try numbers("normal")) {
        #expect(abs(ours - theirs) < 1e-13)
      }
      // Extremes lie beyond the outermost layer, |z| > 3.654: they were drawn by the tail's own rule.
      for (place, theirs) in zip(try numbers("places"), try numbers("extremes")) {
        #expect(abs(theirs - 1) > 2 * 3.6542 && abs(normal[Int(place)] - theirs) < 1e-13)
      }
      // One draw more or less anywhere would change the sum by about 1.
      #expect(abs(normal.reduce(0, +) - (try numbers("sum")[0])) < 1e-7)
    }
  }

  @Test(arguments: [("W2", 17045.0, 4862.6), ("W4", 2.3086, 2.2798), ("W8", 0.48069, 0.058273)])
  func `workloads begin and end at the peers' losses`(name: String, first: Double, last: Double)
    throws
  {
    // What torchdiffeq, torchode and diffrax report for the same seeds, to the digits that they share.
    let workload = try #require(BenchmarkWorkload.all.first { $0.name == name })
    let figure = try #require(try workload.figures(repetitions: 1).first)
    #expect(abs(try #require(figure.firstLoss) / first - 1) < 5e-5)
    #expect(abs(try #require(figure.lastLoss) / last - 1) < 5e-5)
    // Backpropagation reads what the forward pass has kept: no evaluation, as in torchdiffeq.
    #expect(figure.backwardEvaluations == 0)
    #expect(try #require(figure.forwardEvaluations) > 0)
    // One Euler step in each of 39 gaps.
    if name == "W8" { #expect(figure.forwardEvaluations == 39) }
  }
}
