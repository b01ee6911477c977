"""Weight sharing with a codebook found by k-means."""

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops

_FREE = 255  # The cluster of a weight that shares its value with no other.


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Lets the weights of a cluster share one value, the mean of the cluster.

  Clusters are found by k-means whenever the schedule asks for it, and kept in
  between. The value that weights share is trained: through the mean each of
  them gets the same gradient. The strength is the fraction of weights that
  share; those next to their centroid come first.

  Source: Han et al., "Deep compression: compressing deep neural networks with
  pruning, trained quantization and Huffman coding",
  https://arxiv.org/abs/1510.00149.

  Args:
    clusters: Int in [2, 255], the number of values per weight tensor.
    iterations: Int, how often k-means moves the centroids.

  Raises:
    ValueError: If `clusters` is out of range.
  """

  target = target_lib.WeightInForward()

  def __init__(self, clusters=16, iterations=5):
    if not 2 <= clusters <= 255:
      raise ValueError(f'`clusters` must be in [2, 255]. Received: {clusters}.')
    self.clusters = clusters
    self.iterations = iterations

  def create_state(self, tensor):
    """Keeps the cluster of each weight, at first none."""
    return {
      'cluster': {
        'shape': tensor.shape,
        'dtype': 'uint8',
        'initializer': keras.initializers.Constant(_FREE),
      }
    }

  def update_state(self, tensor, state, level):
    """Finds clusters and lets the fraction `level` of the weights share."""
    del state
    values = ops.reshape(tensor, [-1])
    low, high = ops.min(values), ops.max(values)
    centroids = ops.linspace(low, high, self.clusters)  # From the paper.
    for _ in range(self.iterations):
      cluster = _nearest(values, centroids)
      mean, count = _means(values, cluster, self.clusters)
      centroids = ops.where(count > 0, mean, centroids)
    cluster = _nearest(values, centroids)
    distance = ops.abs(values - ops.take(centroids, cluster))
    size = ops.size(values)
    count = ops.ceil(level * ops.cast(size, 'float32'))
    last = ops.minimum(ops.cast(count, 'int32'), size) - 1
    threshold = base_algorithm.select(distance, ops.maximum(last, 0))
    shares = ops.logical_and(distance <= threshold, count > 0)
    cluster = ops.where(shares, cluster, _FREE)
    return {'cluster': ops.cast(ops.reshape(cluster, tensor.shape), 'uint8')}

  def apply(self, tensor, state):
    """Gives weights that share the mean of their cluster."""
    # All that share with no other are counted as one more cluster.
    cluster = ops.minimum(ops.cast(state['cluster'], 'int32'), self.clusters)
    flat = ops.reshape(cluster, [-1])
    means, _ = _means(ops.reshape(tensor, [-1]), flat, self.clusters + 1)
    return ops.where(cluster < self.clusters, ops.take(means, cluster), tensor)

  def summarize(self, tensor, state):
    """Reports the fraction of weights that share their value."""
    shares = ops.cast(state['cluster'] < self.clusters, 'float32')
    return {'strength': ops.mean(shares)}

  def get_config(self):
    """See base class."""
    return {'clusters': self.clusters, 'iterations': self.iterations}


def _nearest(values, centroids):
  """Returns the index of the nearest of centroids that are in order."""
  return ops.searchsorted((centroids[1:] + centroids[:-1]) / 2.0, values)


def _means(values, cluster, clusters):
  """Returns the mean of the values in each cluster, and how many they are."""
  count = ops.segment_sum(ops.ones_like(values), cluster, clusters)
  total = ops.segment_sum(values, cluster, clusters)
  return total / ops.maximum(count, 1), count
