import Platform

/// The assignment of rows to columns with the smallest total cost.
///
/// - Source: Jonker and Volgenant 1987: column reduction, augmenting row reduction, then shortest augmenting paths with
///   dual potentials. O(n³), exact up to the rounding of the costs.
public enum OptimalAssignment {
  /// The column of each row; `costs` is square, row-major, finite.
  public static func columns(costs: [Float], count: Int) -> [Int] {
    precondition(costs.count == count * count, "\(costs.count) costs are not \(count)×\(count)")
    var problem = AssignmentProblem(costs: costs, count: count)
    return problem.solve()
  }

  /// The target of each source point such that the sum of squared distances is smallest.
  static func squaredDistances(_ source: [Float], _ target: [Float], dimension: Int) -> [Int] {
    let count = source.count / dimension
    var costs = [Float](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0..<count {
        var sum: Float = 0
        for k in 0..<dimension {
          let difference = source[i &* dimension &+ k] - target[j &* dimension &+ k]
          sum += difference * difference
        }
        costs[i &* count &+ j] = sum
      }
    }
    return columns(costs: costs, count: count)
  }
}

private struct AssignmentProblem {
  let costs: [Float]
  let count: Int
  /// The dual variable of each column.
  var potential: [Float]
  /// Partners; −1: none yet.
  var columnOf: [Int]
  var rowOf: [Int]

  init(costs: [Float], count: Int) {
    self.costs = costs
    self.count = count
    potential = [Float](repeating: 0, count: count)
    columnOf = [Int](repeating: -1, count: count)
    rowOf = columnOf
  }

  mutating func solve() -> [Int] {
    if count == 0 { return [] }
    reduceColumns()
    for _ in 0..<2 { reduceRows() }
    for row in 0..<count where columnOf[row] < 0 { augment(from: row) }
    return columnOf
  }

  private mutating func assign(_ row: Int, _ column: Int) {
    columnOf[row] = column
    rowOf[column] = row
  }

  /// Each column's potential is its smallest cost, and its row is taken if it is free.
  private mutating func reduceColumns() {
    for column in 0..<count { potential[column] = costs[column] }
    var smallest = [Int](repeating: 0, count: count)
    for row in 1..<max(count, 1) {
      for column in 0..<count where costs[row &* count &+ column] < potential[column] {
        potential[column] = costs[row &* count &+ column]
        smallest[column] = row
      }
    }
    for column in 0..<count where columnOf[smallest[column]] < 0 {
      assign(smallest[column], column)
    }
  }

  /// Free rows take their cheapest column, whose potential falls to where the second cheapest is as good.
  private mutating func reduceRows() {
    var pending = (0..<count).filter { columnOf[$0] < 0 }
    // Unassigned rows are processed again; the bound prevents endless exchanges within rounding.
    var budget = 4 * count
    while let row = pending.popLast(), budget > 0 {
      budget -= 1
      let (first, second) = cheapest(row)
      let isStrict = first.cost < second.cost
      var column = first.column
      if isStrict {
        potential[column] -= second.cost - first.cost
      } else if rowOf[column] >= 0 && second.column >= 0 {
        column = second.column
      }
      let turnedOut = rowOf[column]
      if turnedOut >= 0 { columnOf[turnedOut] = -1 }
      assign(row, column)
      if turnedOut >= 0 && isStrict { pending.append(turnedOut) }
    }
  }

  /// The two columns of the smallest reduced cost.
  private func cheapest(
    _ row: Int
  ) -> (first: (cost: Float, column: Int), second: (cost: Float, column: Int)) {
    var first = (cost: Float.infinity, column: 0)
    var second = (cost: Float.infinity, column: -1)
    let start = row &* count
    for column in 0..<count {
      let cost = costs[start &+ column] - potential[column]
      if cost < second.cost {
        if cost < first.cost {
          (second, first) = (first, (cost, column))
        } else {
          second = (cost, column)
        }
      }
    }
    if second.column < 0 { second = first }
    return (first, second)
  }

  /// The shortest alternating path from a free row to a free column (Dijkstra), and the exchange along it.
  private mutating func augment(from start: Int) {
    var distance = (0..<count).map { costs[start &* count &+ $0] - potential[$0] }
    var parent = [Int](repeating: start, count: count)
    var open = Array(0..<count)
    var closed: [Int] = []
    while true {
      var (best, place) = (Float.infinity, 0)
      for index in open.indices where distance[open[index]] < best {
        (best, place) = (distance[open[index]], index)
      }
      let column = open[place]
      open.swapAt(place, open.count - 1)
      open.removeLast()
      let row = rowOf[column]
      if row < 0 {
        for done in closed { potential[done] += distance[done] - best }
        exchange(to: column, parent, from: start)
        return
      }
      closed.append(column)
      let base = costs[row &* count &+ column] - potential[column] - best
      for other in open {
        let length = costs[row &* count &+ other] - potential[other] - base
        if length < distance[other] { (distance[other], parent[other]) = (length, row) }
      }
    }
  }

  private mutating func exchange(to end: Int, _ parent: [Int], from start: Int) {
    var column = end
    while true {
      let row = parent[column]
      let next = columnOf[row]
      assign(row, column)
      if row == start { return }
      column = next
    }
  }
}
