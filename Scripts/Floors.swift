// Reads `swift package dump-package` on standard input and compares the import lines of every
// target with the dependencies that it declares: imports run strictly downwards. Also reports files
// that call `precondition` without the module whose messages appear in release builds.
import Foundation

struct Manifest: Decodable {
  var targets: [Target]
}

struct Target: Decodable {
  var name: String
  var type: String
  var path: String?
  var dependencies: [Dependency]

  var folder: String { path ?? "\(type == "test" ? "Tests" : "Sources")/\(name)" }
}

/// A dependency is written `{"byName": ["Name", null]}` or `{"target": ["Name", null]}`.
struct Dependency: Decodable {
  var name: String

  init(from decoder: any Decoder) throws {
    let table = try [String: [JSONValue]](from: decoder)
    name = table.values.first?.first?.text ?? ""
  }
}

struct JSONValue: Decodable {
  var text: String?

  init(from decoder: any Decoder) throws {
    text = try? decoder.singleValueContainer().decode(String.self)
  }
}

let platforms: Set = ["Glibc", "Musl", "Darwin", "Bionic"]
let standard: Set = ["Swift", "Synchronization"]
let testsOnly: Set = ["Testing", "Foundation", "FoundationEssentials"]

func isAllowed(_ module: String, in target: Target) -> Bool {
  if target.dependencies.contains(where: { $0.name == module }) || standard.contains(module) {
    return true
  }
  if platforms.contains(module) { return target.name == "Platform" }
  if target.type == "test" || target.folder.hasPrefix("Tests/") {
    return testsOnly.contains(module)
  }
  return false
}

/// The module that an import line names, or nil for any other line.
func importedModule(_ line: Substring) -> String? {
  var words = line.split(separator: " ")
  let modifiers: Set<Substring> = [
    "public", "package", "internal", "private", "fileprivate", "@testable", "@_exported",
    "@preconcurrency",
  ]
  while let first = words.first, modifiers.contains(first) { words.removeFirst() }
  guard words.first == "import", words.count > 1 else { return nil }
  let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "var", "let"]
  let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
  return name.split(separator: ".").first.map(String.init)
}

/// Whether a file checks its arguments with the standard library's `precondition`, whose message a release build omits.
///
/// `Platform` has functions of the same names that print it in every build; they apply where `Platform` is imported.
func checksSilently(_ text: String, in target: Target) -> Bool {
  target.folder.hasPrefix("Sources/") && target.name != "Platform"
    && (text.contains("precondition(") || text.contains("preconditionFailure("))
    && !text.contains("import Platform\n")
}

let manifest = try JSONDecoder().decode(
  Manifest.self, from: FileHandle.standardInput.readDataToEndOfFile())
var failures = 0
var checked = 0
for target in manifest.targets where target.type != "system" {
  let files = FileManager.default.enumerator(atPath: target.folder)
  while let name = files?.nextObject() as? String {
    guard name.hasSuffix(".swift") else { continue }
    let file = "\(target.folder)/\(name)"
    checked += 1
    let text = try String(contentsOfFile: file, encoding: .utf8)
    if checksSilently(text, in: target) {
      failures += 1
      print("\(file):1: error: 'precondition' prints no message in release builds; import Platform")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      guard let module = importedModule(line), !isAllowed(module, in: target) else {
        continue
      }
      failures += 1
      print("\(file):\(index + 1): error: \(target.name) may not import \(module)")
    }
  }
}
print("import lines of \(checked) files checked, \(failures) not allowed")
exit(failures == 0 ? 0 : 1)
