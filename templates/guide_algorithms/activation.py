@keras.utils.register_keras_serializable('guide')
class RunningMean(technique.Algorithm):
  """Zeroes outputs up to a multiple of their running mean.

  The multiple is the level of the schedule. A mean takes less time than the
  quantile of the baseline, and gives no certain sparsity: the report says which
  one it gave. The stripped model has one more `ReLU`.
  """

  target = target_lib.Output()

  def __init__(self, momentum=0.9):
    self.momentum = momentum

  def create_state(self, tensor):
    scalar = {'shape': [], 'dtype': 'float32', 'initializer': 'zeros'}
    return {'threshold': scalar, '<<cookiecutter.level>>': scalar}

  def update_state(self, tensor, state, level):
    values = ops.cast(tensor, 'float32')
    new = level * ops.mean(ops.relu(values))
    past = state['threshold']
    threshold = self.momentum * past + (1.0 - self.momentum) * new
    zeroed = ops.cast(values <= threshold, 'float32')
    return {'threshold': threshold, '<<cookiecutter.level>>': ops.mean(zeroed)}

  def apply(self, tensor, state):
    threshold = ops.cast(state['threshold'], tensor.dtype)
    return tensor * ops.cast(tensor > threshold, tensor.dtype)

  def replace(self, layer, states):
    threshold = float(states[0]['threshold'])
    name = f'{layer.name}_threshold'
    return [layer, keras.layers.ReLU(threshold=threshold, name=name)]

  def summarize(self, tensor, state):
    return state

  def get_config(self):
    return {'momentum': self.momentum}


own_algorithm = RunningMean(momentum=0.5)
