import NumericCore
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing
import Training

@Suite struct CompiledLossTests {
  private static let key = RandomKey(21)

  /// Points of a parabola, `[rows, 1]` twice.
  private static func parabola(_ count: Int, _ seed: UInt64) -> RowData<Pair<Tensor, Tensor>> {
    let x = RandomKey(seed).uniform(count, from: Float(-1), to: 1)
    return RowData(
      Pair(
        Tensor(x, shape: [count, 1]), Tensor(x.map { $0 * $0 }, shape: [count, 1])))
  }

  private static let loss = CompiledLoss<MLP, Pair<Tensor, Tensor>>(
    auxiliaryNames: ["meanAbsoluteError"]
  ) { model, batch in
    let prediction = model(batch.first)
    return LossAndAuxiliary(
      meanSquaredError(prediction, target: batch.second),
      auxiliary: [meanAbsoluteError(prediction, target: batch.second)])
  }

  private func train(threads: Int) throws -> TrainingState<MLP> {
    let model = MLP(sizes: [1, 16, 1], key: Self.key)
    var state = TrainingState(model: model, optimizer: Adam(for: model, learningRate: 0.02))
    let options = TrainingOptions(
      length: .epochs(60), batchSize: 64, shardSize: 16, threads: threads, seed: 1)
    let trainer = Trainer(
      Self.loss, training: Self.parabola(256, 1), validation: Self.parabola(100, 2),
      options: options)
    #expect(try trainer.train(&state) == .finished)
    return state
  }

  @Test func `a network learns a parabola, with the same bits on any number of threads`() throws {
    let one = try train(threads: 1)
    // The variance of x² is 4/45 = 0.089; a fit leaves a small part of it.
    #expect(try #require(one.bestValidation) < 0.002)
    let two = try train(threads: 2)
    let bits = { (state: TrainingState<MLP>) in
      state.model.tensors.map { $0.storage?.elements(as: Float.self).map(\.bitPattern) }
    }
    #expect(bits(one) == bits(two))
  }

  @Test func `the loss without gradient is the loss with it`() throws {
    let model = MLP(sizes: [1, 16, 1], key: Self.key)
    let context = ShardContext(step: 0, epoch: 0, isTraining: true, key: Self.key)
    let shard = Self.parabola(10, 3).shard([4, 1, 7], in: context)
    #expect(shard.weight == 3 && shard.batch.first.shape == [3, 1])
    let full = Self.loss.evaluate(model: model, batch: shard.batch)
    let short = Self.loss.loss(model: model, batch: shard.batch)
    // Two programs of the same operations; fusion may place a multiply-add differently.
    #expect((full.loss - short.loss).magnitude < 1e-6 * short.loss)
    #expect((full.auxiliary[0] - short.auxiliary[0]).magnitude < 1e-6 * short.auxiliary[0])
    #expect(full.gradient.tensorNames == model.tensorNames)
  }

  @Test func `rows are gathered in the order of their numbers`() {
    let tree = Pair(Tensor([1.0, 2, 3]), Tensor([1.0, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]))
    let rows = tree.gatheringRows([2, 0, 2])
    #expect(rows.first.storage?.doubles == [3, 1, 3])
    #expect(rows.second.storage?.doubles == [5, 6, 1, 2, 5, 6])
    #expect(rows.second.shape == [3, 2])
  }
}
