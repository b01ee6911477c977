@keras.utils.register_keras_serializable('guide')
class RandomMask(technique.Algorithm):
  """Keeps a random subset of the weights, whatever their values.

  A control: an algorithm that chooses weights should do better. See Liu et al.,
  "The unreasonable effectiveness of random pruning",
  https://arxiv.org/abs/2202.02643.
  """

  target = target_lib.Weight()

  def __init__(self, seed=0):
    self.seed = seed

  def create_state(self, tensor):
    return {
      'mask': {'shape': tensor.shape, 'dtype': 'bool', 'initializer': 'ones'}
    }

  def update_state(self, tensor, state, level):
    # The same numbers in each update: what is masked once stays masked.
    order = np.random.default_rng(self.seed).uniform(size=tensor.shape)
    return {'mask': ops.cast(order, 'float32') >= level}

  def apply(self, tensor, state):
    return tensor * ops.cast(state['mask'], tensor.dtype)

  def summarize(self, tensor, state):
    is_zero = ops.equal(self.apply(tensor, state), 0)
    return {'<<cookiecutter.level>>': ops.mean(ops.cast(is_zero, 'float32'))}

  def get_config(self):
    return {'seed': self.seed}


own_algorithm = RandomMask(seed=1)
