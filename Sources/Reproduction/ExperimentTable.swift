/// Every experiment that `reproduce` knows, in the order in which it runs them.
package enum ExperimentTable {
  package static let all: [any Experiment] = [
    CoreExperiment(),
    DepthExperiment(),
    AugmentedExperiment(),
    EvolvingWeightsExperiment(),
    CNFExperiment(),
    FFJORDExperiment(),
    FlowMatchingExperiment(),
    RNODEExperiment(),
    HighDimensionalExperiment(),
    CitiesExperiment(),
    GOKUExperiment(),
    KnownSystemsExperiment(),
    FitsExperiment(),
    SubjectsExperiment(),
    LatentODEExperiment(),
    ODERNNExperiment(),
    HopperExperiment(),
  ]
}
