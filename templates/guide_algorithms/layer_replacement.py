from <<cookiecutter.__package>>.keras import base_algorithm


@keras.utils.register_keras_serializable('guide')
class RandomizedRange(technique.Algorithm):
  """Cuts the rank of dense layers by a random projection, without an SVD.

  The columns of the kernel times a random matrix span most of its range. See
  Halko et al., "Finding structure with randomness",
  https://arxiv.org/abs/0909.4061.
  """

  target = target_lib.WeightOnUpdate()

  def __init__(self, seed=0):
    self.seed = seed

  def accepts(self, layer):
    return type(layer) is keras.layers.Dense

  def create_state(self, tensor):
    return {'rank': {'shape': [], 'dtype': 'int32', 'initializer': 'zeros'}}

  def update_state(self, tensor, state, level):
    rank = ops.round((1.0 - level) * min(tensor.shape))
    return {'rank': ops.maximum(ops.cast(rank, 'int32'), 1)}

  def apply(self, tensor, state):
    def cut():
      basis = self._find_basis(tensor, state['rank'])
      return ops.matmul(basis, ops.matmul(ops.transpose(basis), tensor))

    return ops.cond(state['rank'] > 0, cut, lambda: tensor + 0)

  def _find_basis(self, kernel, rank):
    size = min(kernel.shape)
    generator = np.random.default_rng(self.seed)
    random = generator.normal(size=[kernel.shape[-1], size])
    basis, _ = ops.qr(ops.matmul(kernel, ops.cast(random, kernel.dtype)))
    return basis * ops.cast(ops.arange(size) < rank, kernel.dtype)

  def replace(self, layer, states):
    rank = int(states[0]['rank'])
    kernel, *bias = layer.get_weights()
    if not 0 < rank * sum(kernel.shape) < kernel.size:
      return [layer]  # Two layers would not be smaller.
    kernel = ops.convert_to_tensor(kernel)
    left = self._find_basis(kernel, rank)[:, :rank]
    right = ops.matmul(ops.transpose(left), kernel)
    config = layer.get_config()
    config.pop('batch_input_shape', None)
    name = f'{layer.name}_low_rank'
    first = keras.layers.Dense(rank, use_bias=False, name=name)
    second = keras.layers.Dense.from_config(config)
    build = base_algorithm.build_layer
    return [
      build(first, (None, kernel.shape[0]), [left]),
      build(second, (None, rank), [right, *bias]),
    ]

  def summarize(self, tensor, state):
    kept = ops.cast(state['rank'], 'float32') / min(tensor.shape)
    return {'<<cookiecutter.level>>': ops.where(kept > 0, 1.0 - kept, 0.0)}

  def get_config(self):
    return {'seed': self.seed}


own_algorithm = RandomizedRange(seed=1)
