// Counts public declarations without a doc comment, module by module; none is allowed.
//
// Not counted are enumeration cases, operators, literals, and members that a protocol requires.
import Foundation

let declaration =
  #/^\s*(?:@\w+(?:\([^)]*\))? )*public (?:static |mutating |final |indirect |nonisolated |internal\(set\) |package\(set\) |private\(set\) )*(struct|class|enum|protocol|actor|typealias|func|var|let|init|subscript)\b ?(\w*)/#
/// Members that a protocol requires, where they are documented, and that conforming types repeat.
let required: Set<Substring> = [
  "zero", "adding", "scaled", "componentCount", "component", "replacingComponents",
  "copyComponents", "squaredError",
  "wordsPerNumber", "uniform", "centered", "description", "hash", "visit", "count", "learningRate",
  "state", "update", "shard", "evaluate",
  "kind", "title", "recipe", "weights", "descriptions", "settings", "examples", "trainings",
  "report", "result",
  "measure", "predict", "warnings", "slope", "attempt", "error", "interpolated",
  "interpolantDegree",
  "interpolantCoefficient", "advance", "restart", "completeStep", "evaluations", "jacobians",
  "factorizations", "means", "deviations", "horizons", "auxiliaryNames", "answers",
  "predictionOptions",
  "valueAndTrace", "pushforward", "activationRate", "weightRate", "initialWeights",
]
/// Signatures that a protocol requires, for names that other declarations have as well.
let requiredSignatures = [
  "callAsFunction(_ time: Tensor, _ state: Tensor)", "init(_ recipe:", "init(_ stored:",
  "func posterior(of observations:", "func loss(model:",
]

func undocumented(in folder: String) throws -> [String] {
  let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
  var found: [String] = []
  for name in names.filter({ $0.hasSuffix(".swift") }).sorted() {
    let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      guard let match = line.firstMatch(of: declaration), !required.contains(match.2),
        !(match.1 == "func" && match.2.isEmpty), !line.contains("Literal"),
        !requiredSignatures.contains(where: { line.contains($0) })
      else { continue }
      var above = index - 1
      while above >= 0, lines[above].drop(while: { $0 == " " }).hasPrefix("@") { above -= 1 }
      let isDocumented = above >= 0 && lines[above].drop(while: { $0 == " " }).hasPrefix("///")
      if !isDocumented { found.append("\(folder)/\(name):\(index + 1)") }
    }
  }
  return found
}

let isListing = CommandLine.arguments.contains("--list")
var failures = 0
var total = 0
for module in try FileManager.default.contentsOfDirectory(atPath: "Sources").sorted() {
  let places = try undocumented(in: "Sources/\(module)")
  total += places.count
  if isListing { places.forEach { print($0) } }
  if !places.isEmpty {
    failures += 1
    print(
      "error: \(module): \(places.count) public declarations without a doc comment; "
        + "'Scripts/check-documentation --list' shows them")
  }
}
print("\(total) public declarations without a doc comment")
exit(failures == 0 ? 0 : 1)
