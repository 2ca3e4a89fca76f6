package import ContinuousModels
import Reports

extension LikelihoodAudit {
  /// The audit as a sentence for readers.
  package func sentence(of name: String) -> String {
    let words = warnings.map { warning in
      switch warning {
      case .solverExploitation(let reported, let fine):
        "WARNING: the solver is exploited: \(Figure(reported)) reported, \(Figure(fine)) by a finer solver"
      case .belowEntropy(let figure, let entropy):
        "WARNING: \(Figure(figure)) is below the entropy \(Figure(entropy))"
      case .notReversible(let error):
        "WARNING: the round-trip error of points is \(Figure(error))"
      case .notFinite: "WARNING: densities are not finite"
      }
    }
    let figures =
      "\(name): NLL \(Figure(fine)) ± \(Figure(standardError)) "
      + "(\(Figure(reported)) by the training solver), reconstruction error "
      + "\(Figure(reconstructionError)), \(evaluations) evaluations, \(fineEvaluations) to check"
    return ([figures] + words).joined(separator: "; ")
  }
}
