from <<cookiecutter.__package>>.keras import base_algorithm


@keras.utils.register_keras_serializable('guide')
class Binarization(technique.Algorithm):
  """Weights of a channel become plus or minus their mean magnitude.

  The seed says in which order channels follow. See Rastegari et al., "XNOR-Net",
  https://arxiv.org/abs/1603.05279.
  """

  target = target_lib.WeightInForward()

  def __init__(self, seed=0):
    self.seed = seed

  def create_state(self, tensor):
    return {
      'scale': {
        'shape': tensor.shape[-1:],  # 0 while a channel is not binary.
        'dtype': tensor.dtype,
        'initializer': 'zeros',
      }
    }

  def update_state(self, tensor, state, level):
    axes = tuple(range(len(tensor.shape) - 1))
    scale = ops.mean(ops.abs(tensor), axes)
    order = np.random.default_rng(self.seed).uniform(size=tensor.shape[-1])
    chosen = ops.cast(order, 'float32') < level
    return {'scale': ops.where(chosen, scale, ops.zeros_like(scale))}

  def apply(self, tensor, state):
    scale = state['scale']
    binary = ops.where(tensor < 0, -scale, scale)
    value = ops.where(scale > 0, binary, tensor)
    return base_algorithm.straight_through(tensor, value)

  def summarize(self, tensor, state):
    is_binary = ops.cast(state['scale'] > 0, 'float32')
    return {'<<cookiecutter.level>>': ops.mean(is_binary)}

  def get_config(self):
    return {'seed': self.seed}


own_algorithm = Binarization(seed=1)
