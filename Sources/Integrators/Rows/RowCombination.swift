/// A weighted sum of stages, without the weights that are zero.
struct RowCombination {
  let indices: [Int]
  let weights: [Double]

  init(_ all: [Double]) {
    indices = all.indices.filter { all[$0] != 0 }
    weights = indices.map { all[$0] }
  }
}
