import Integrators
import Testing

@Suite struct TableauTests {
  /// The largest violation of the conditions of an order, `|Σ b Φ − θ^order / γ|`.
  private func violation(
    _ weights: [Double], _ stages: [[Double]], order: Int, theta: Double = 1
  ) -> Double {
    var power = 1.0
    for _ in 0..<order { power *= theta }
    return RootedTree.all(ofOrder: order).map { tree in
      abs(tree.weight(weights, stages) - power / tree.density)
    }.max() ?? 0
  }

  @Test func `there are as many rooted trees as there should be`() {
    // Sequence A000081.
    #expect((1...7).map { RootedTree.all(ofOrder: $0).count } == [1, 1, 2, 4, 9, 20, 48])
  }

  @Test(arguments: ODEMethod.explicit)
  func `rows sum to their nodes`(method: ODEMethod) {
    let tableau = method.tableau
    for (node, row) in zip(tableau.nodes, tableau.stages) {
      // Sums of up to six terms, some of size 20.
      #expect(abs(row.reduce(0, +) - node) < 3e-14)
    }
  }

  @Test(arguments: ODEMethod.explicit)
  func `order conditions hold to the stated order and fail at the next`(method: ODEMethod) {
    let tableau = method.tableau
    for order in 1...tableau.order {
      // Products of coefficients of size 20, given to 16 digits.
      #expect(violation(tableau.weights, tableau.stages, order: order) < 2e-13)
    }
    #expect(violation(tableau.weights, tableau.stages, order: tableau.order + 1) > 1e-5)
  }

  @Test(arguments: ODEMethod.explicit.filter(\.isAdaptive))
  func `embedded order conditions hold to the stated order and fail at the next`(
    method: ODEMethod
  ) throws {
    let tableau = method.tableau
    let weights = try #require(tableau.embeddedWeights)
    let order = try #require(tableau.embeddedOrder)
    for order in 1...order {
      #expect(violation(weights, tableau.stages, order: order) < 2e-13)
    }
    #expect(violation(weights, tableau.stages, order: order + 1) > 1e-5)
  }

  @Test(arguments: ODEMethod.explicit)
  func `interpolants meet their order and both ends`(method: ODEMethod) {
    let tableau = method.tableau
    let interpolant = tableau.interpolant
    var stages = tableau.stages
    if interpolant.stageCount > tableau.stageCount { stages.append(tableau.weights) }
    // A cubic through the ends has the method's order where that is below three.
    let order = min(interpolant.order, tableau.order)
    for theta in [0.1, 0.37, 0.5, 0.81] {
      for order in 1...order {
        #expect(
          violation(interpolant.weights(at: theta), stages, order: order, theta: theta) < 2e-13)
      }
    }
    for (weight, end) in zip(interpolant.weights(at: 1), tableau.weights + [0]) {
      #expect(abs(weight - end) < 1e-13)
    }
    #expect(interpolant.weights(at: 0).filter { $0 != 0 }.isEmpty)
  }

  @Test func `what can be derived from a tableau is`() {
    #expect(ODEMethod.dormandPrince5.tableau.isFSAL)
    #expect(ODEMethod.bogackiShampine3.tableau.isFSAL)
    #expect(!ODEMethod.cashKarp5.tableau.isFSAL)
    #expect(!ODEMethod.euler.tableau.isFSAL)
    #expect(ODEMethod.fehlberg4.tableau.errorOrder == 5)
    #expect(ODEMethod.tsitouras5.tableau.isNeededForAdvance(1))
    #expect(!ODEMethod.dormandPrince5.tableau.isNeededForAdvance(6))
  }

  @Test func `stability boundaries are the known ones`() {
    // Hairer, Wanner, Solving ODEs II, IV.2, to the 0.01 that the search resolves.
    #expect(abs(ODEMethod.euler.tableau.realStabilityBoundary - 2) < 0.011)
    #expect(abs(ODEMethod.rungeKutta4.tableau.realStabilityBoundary - 2.785) < 0.011)
    #expect(abs(ODEMethod.dormandPrince5.tableau.realStabilityBoundary - 3.307) < 0.011)
  }

  @Test func `names are unique and found`() {
    #expect(Set(ODEMethod.all.map(\.name)).count == ODEMethod.all.count)
    for method in ODEMethod.all { #expect(ODEMethod.named(method.name) == method) }
    #expect(ODEMethod.named("rk") == nil)
  }
}
