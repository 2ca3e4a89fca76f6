package import Graphs

extension Graph {
  /// The graph as it is compiled.
  package var optimized: Graph { simplified() }
}
