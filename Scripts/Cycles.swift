// Refuses circles between the folders of a module.
//
// A folder depends on another one if one of its files names a type that only the other one declares. Files at the
// top of a module put its folders together and may name all of them.
import Foundation

/// A file's text without comments and the literal parts of strings.
func code(_ text: String) -> String {
  text.replacing(#/\/\/[^\n]*/#, with: "").replacing(#/"(?:\\.|[^"\\\n])*"/#, with: "\"\"")
}

/// The Swift files of a folder, by path relative to it.
func swiftFiles(in folder: String) -> [String] {
  let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
  return names.filter { $0.hasSuffix(".swift") }.sorted()
}

let declaration =
  #/(?m)^(?:@\w+(?:\([^)]*\))? )*(?:public |package |final |indirect |nonisolated )*(?:struct|class|enum|protocol|actor|typealias) (\w+)/#

struct Edge: Hashable {
  var from: String
  var to: String
}

/// For each pair of folders of a module, where the first names types of the second.
func dependencies(of module: String) throws -> [Edge: [String]] {
  var files: [(folder: String, name: String, text: String)] = []
  for path in swiftFiles(in: module) {
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count > 1 else { continue }
    files.append(
      (parts[0], path, code(try String(contentsOfFile: "\(module)/\(path)", encoding: .utf8))))
  }
  var owners: [Substring: Set<String>] = [:]
  for file in files {
    for match in file.text.matches(of: declaration) {
      owners[match.1, default: []].insert(file.folder)
    }
  }
  var uses: [Edge: [String]] = [:]
  for file in files {
    for word in Set(file.text.split { !($0.isLetter || $0.isNumber || $0 == "_") }) {
      guard let others = owners[word], others.count == 1, let owner = others.first,
        owner != file.folder
      else { continue }
      uses[Edge(from: file.folder, to: owner), default: []].append("\(word) in \(file.name)")
    }
  }
  return uses
}

/// The folders that can be reached from each folder.
func reach(_ edges: some Sequence<Edge>) -> [String: Set<String>] {
  var reach: [String: Set<String>] = [:]
  for edge in edges { reach[edge.from, default: []].insert(edge.to) }
  var isGrowing = true
  while isGrowing {
    isGrowing = false
    for (folder, known) in reach {
      let more = known.reduce(known) { $0.union(reach[$1] ?? []) }
      if more.count > known.count {
        reach[folder] = more
        isGrowing = true
      }
    }
  }
  return reach
}

var failures = 0
let modules = try FileManager.default.contentsOfDirectory(atPath: "Sources").sorted()
for module in modules {
  let uses = try dependencies(of: "Sources/\(module)")
  let reach = reach(uses.keys)
  for (edge, places) in uses.sorted(by: { ($0.key.from, $0.key.to) < ($1.key.from, $1.key.to) })
  where reach[edge.to]?.contains(edge.from) == true {
    failures += 1
    let shown = places.sorted().prefix(6).joined(separator: ", ")
    print("error: \(module): \(edge.from) and \(edge.to) depend on each other: \(shown)")
  }
}
print("folders of \(modules.count) modules checked, \(failures) dependencies in circles")
exit(failures == 0 ? 0 : 1)
