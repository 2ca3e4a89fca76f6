import Serialization
import NumericCore
import ArgumentParsing
import LearningTasks

/// `neural-ode inspect RUN`.
struct InspectCommand: Command {
  static let page = CommandPage(
    verb: "inspect", summary: "Shows what a model file is: kind, configuration, tensors.",
    discussion: "Reads the header of the file and none of its weights.",
    examples: ["inspect runs/glucose", "inspect runs/glucose/model.safetensors --json"])

  @Argument(value: "run", help: "A run folder or a model file.") var folder: String

  func run(_ console: Console) throws {
    let archive = try ModelArchive(contentsOf: folder)
    let task = try archive.task
    console.print(
      "\(archive.path): \(title(of: task)), \(counted(archive.parameterCount, "weight"))")
    console.print()
    console.table(
      ["tensor", "shape"],
      archive.tensors.map {
        [$0.name, $0.shape.isEmpty ? "scalar" : $0.shape.map(String.init).joined(separator: " × ")]
      })
    if let configuration = archive.configuration {
      console.print()
      console.print(configuration.text(indented: true))
    }
    console.emit([
      "path": .string(archive.path), "kind": .string(archive.kind),
      "weights": JSONValue(archive.parameterCount),
      "tensors": .array(
        archive.tensors.map {
          ["name": .string($0.name), "shape": JSONValue($0.shape.map(Double.init))]
        }),
      "configuration": archive.configuration ?? .null,
    ])
  }

  private func title<Task: LearningTask>(of task: Task.Type) -> String { Task.Model.title }
}
