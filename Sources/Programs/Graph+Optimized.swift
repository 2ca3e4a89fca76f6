package import Graphs

extension Graph {
  /// The graph in the form that is compiled.
  package var optimized: Graph { simplified() }
}
