// Refuses words and phrases that `CONTRIBUTING.md` replaces by plain technical English.
//
// Checked are the comments and string literals of Swift, C and shell sources, and all text of Markdown files outside of
// code blocks. Each pattern is a regular expression for whole words, with what to write instead.
import Foundation

let replacements: [(pattern: String, instead: String)] = [
  ("looked at", "inspected, examined"),
  ("remed(?:y|ies)", "fix, suggestion"),
  ("(?:the|an?) article", "paper"),
  ("told apart|tell(?:s|ing)? apart", "distinguish"),
  ("(?:is|are|was) told", "receives, is given"),
  ("(?:who|what)ever (?:makes|reads|looks|asks|wants|calls)", "callers, readers, …"),
  ("dear (?:to|operation|value)s?|nothing dear", "expensive"),
  ("wants (?:a|an|the|to|no|one|two|more)", "needs, requires"),
  ("hears?\\b|heed(?:s|ed)?\\b", "receives, has an effect"),
  ("knows (?:nothing|what|how|the|no)", "has, uses, depends on"),
  ("says (?:no|so|that|which|what|how|where|whether|nothing)", "reports, refuses, states"),
  ("no finite numbers?", "not finite"),
  ("as (?:it|they) should(?: not)? be", "valid, invalid"),
  ("what is (?:to be|odd|wanted|asked)", "a noun"),
  ("as is wanted|is wanted|are wanted", "is requested"),
  ("asked for", "requested"),
  ("given back", "released, returned"),
  ("goes round|(?:one|each|per|a) round of", "iteration"),
  ("(?:a|the) walk of|walks (?:over|along|the)", "iteration"),
  ("stands? for itself|lies? beside", "is next to"),
  ("comes? again", "occurs again"),
  ("there and back", "forward and backward"),
  ("nil: ", "`nil` for …"),
]

/// The parts of a source file that a reader reads: comments and string literals.
func prose(_ line: Substring) -> String {
  var parts: [Substring] = []
  if let comment = line.firstMatch(of: #/(?:^|\s)(?:\/\/+|#) (.*)/#) { parts.append(comment.1) }
  for literal in line.matches(of: #/"((?:\\.|[^"\\])*)"/#) { parts.append(literal.1) }
  return parts.joined(separator: " ")
}

func files(in folder: String, _ endings: [String]) -> [String] {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else { return [] }
  if !isFolder.boolValue { return [folder] }
  let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
  return names.filter { name in endings.contains { name.hasSuffix($0) } }.map { "\(folder)/\($0)" }
}

let patterns = try replacements.map { entry in
  (try Regex("(?i)\\b(?:\(entry.pattern))").ignoresCase(), entry.instead)
}
let sources = ["Sources", "Tests", "Scripts", "Examples", "Package.swift"]
  .flatMap { files(in: $0, [".swift", ".c", ".h"]) }
let documents = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Docs"]
  .flatMap { files(in: $0, [".md"]) }
var failures = 0
for path in (sources + documents).sorted() where !path.hasPrefix("Scripts/Words.swift") {
  let text = try String(contentsOfFile: path, encoding: .utf8)
  let isDocument = path.hasSuffix(".md")
  var isCode = false
  for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
    if isDocument && line.hasPrefix("```") { isCode.toggle() }
    if isCode { continue }
    let words = isDocument ? String(line) : prose(line)
    if words.isEmpty { continue }
    for (pattern, instead) in patterns {
      guard let match = words.firstMatch(of: pattern) else { continue }
      failures += 1
      print("\(path):\(index + 1): error: '\(words[match.range])'; write \(instead)")
    }
  }
}
print("\(sources.count + documents.count) files checked, \(failures) phrases to replace")
exit(failures == 0 ? 0 : 1)
