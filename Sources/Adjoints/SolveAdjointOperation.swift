import Platform
import Integrators
package import Tensors

/// The adjoint of a solve.
///
/// Operands: the states `[T, batch, …]`, their cotangents, the times, then the parameters and, with
/// events, the cotangents of the end times. Results: cotangents of the
/// initial state and of the parameters.
package struct SolveAdjointOperation: CustomOperation {
  package let plan: SolvePlan
  package let key: SolveKey

  package var name: String { "solve_adjoint" }

  package func resultTypes(of operands: [TensorType]) -> [TensorType] {
    [plan.stateType] + plan.parameterTypes
  }

  package func vjp(operands: [Tensor], results: [Tensor], cotangents: [Tensor?]) -> [Tensor?] {
    preconditionFailure(
      "the adjoint of a solve is differentiated once; use Adjoint.unrolled for higher orders")
  }

  package func jvp(operands: [Tensor], results: [Tensor], tangents: [Tensor?]) -> [Tensor?] {
    preconditionFailure(
      "the adjoint of a solve is differentiated once; use Adjoint.unrolled for higher orders")
  }

  package func makeEvaluator(
    operands: [TensorType], in context: EvaluationContext
  ) -> any CustomEvaluator {
    switch plan.stateType.scalar {
    case .float32: makeTyped(Float.self, context)
    case .float64: makeTyped(Double.self, context)
    }
  }

  private func makeTyped<Scalar: RowScalar>(
    _: Scalar.Type, _ context: EvaluationContext
  ) -> any CustomEvaluator {
    let record = context.shared(key) { SolveRecord() }
    if case .backsolve(let solver, let seminorm) = plan.adjoint {
      return BacksolveAdjoint<Scalar>(plan, record, solver ?? plan.solver, seminorm: seminorm)
    }
    record.isAwaited = true
    return DiscreteAdjoint<Scalar>(plan, record)
  }
}
