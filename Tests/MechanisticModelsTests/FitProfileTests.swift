import Serialization
import MechanisticModels
import Integrators
import TestSupport
import Testing

@Suite struct FitProfileTests {
  /// Twenty units of Lorenz's equations amplify a change of the start about ten million times: a refit from anywhere but the
  /// continued path is lost.
  @Test func `profiles of a chaotic orbit end where a dense scan of them does`() throws {
    let reference = try fixture("chaos")
    let rows = try #require(reference.object?["data"]?.array).compactMap(\.numbers)
    let best = try #require(reference.numbers(at: "best"))
    let names = try #require(reference.object?["names"]?.array).compactMap(\.string)
    var fit = ParameterFit(
      // One size of the noise for all columns, as in the reference.
      try EquationSystem(
        try #require(NamedSystem.named("lorenz")).equations().text
          + "\nsize = 0.1 > 0\nobserve x ~ normal(size)\nobserve y ~ normal(size)\n"
          + "observe z ~ normal(size)\n", name: "lorenz"),
      to: .init(
        times: try #require(reference.numbers(at: "times")), names: ["x", "y", "z"], values: rows))
    fit.search = .shooting
    fit.starts = 1
    let result = try fit.run()
    let errors = try #require(reference.numbers(at: "errors"))
    let estimates = result.estimates.filter { $0.name != "size" }
    #expect(estimates.map(\.name) == names)
    for (place, estimate) in estimates.enumerated() {
      // The solver's own error at its tolerance of 1e-8 is amplified as well.
      #expect(abs(estimate.value - best[place]) < 1e-3 * errors[place], "\(estimate.name)")
      let profile = try #require(estimate.profile)
      #expect(profile.lower.bound != nil && profile.upper.bound != nil, "\(estimate.name)")
      guard let ends = reference.numbers(at: "profiles", estimate.name) else { continue }
      // An end is found to 1e-3 in the drop of 3.84, that is to 2.5e-4 standard errors, and about as well by the scan.
      for (found, expected) in zip([profile.lower.bound, profile.upper.bound], ends) {
        let difference = abs(try #require(found) - expected)
        #expect(
          difference < 2e-3 * errors[place], "\(estimate.name): \(difference / errors[place])")
      }
    }
    // The search takes 400; where every point of a profile is searched for anew the twelve ends take nine thousand.
    #expect(result.solves < 2_000)
  }
}
