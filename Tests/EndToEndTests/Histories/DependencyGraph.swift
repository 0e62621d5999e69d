// Who must come before whom, and what cannot be.

/// Why one transaction comes before another.
enum Dependency: Hashable, Sendable {
  /// The second changed what the first had made of a list.
  case overwrites
  /// The second read what the first wrote.
  case reads
  /// The first read a state that the second changed.
  case antiDepends
  /// The first was answered before the second was asked for.
  case realTime
}

/// Transactions as nodes, dependencies as edges.
struct DependencyGraph {
  struct Edge: Hashable {
    var target: Int
    var dependency: Dependency
  }

  private(set) var edges: [Set<Edge>]

  init(count: Int) { edges = Array(repeating: [], count: count) }

  mutating func add(_ source: Int, _ target: Int, _ dependency: Dependency) {
    if source != target { edges[source].insert(Edge(target: target, dependency: dependency)) }
  }

  /// Finds the nodes that reach each other: Tarjan's algorithm, without recursion.
  ///
  /// - Parameter dependencies: The kinds of edges that count.
  /// - Returns: The nodes in groups of two or more.
  func components(along dependencies: Set<Dependency>) -> [[Int]] {
    var index = Array(repeating: -1, count: edges.count)
    var low = Array(repeating: 0, count: edges.count)
    var isOnStack = Array(repeating: false, count: edges.count)
    var stack: [Int] = []
    var next = 0
    var components: [[Int]] = []
    for root in edges.indices where index[root] < 0 {
      var path: [(node: Int, targets: [Int], position: Int)] = []
      func enter(_ node: Int) {
        index[node] = next
        low[node] = next
        next += 1
        stack.append(node)
        isOnStack[node] = true
        path.append((node, targets(of: node, along: dependencies), 0))
      }
      enter(root)
      while let (node, targets, position) = path.last {
        if position < targets.count {
          path[path.count - 1].position += 1
          let target = targets[position]
          if index[target] < 0 {
            enter(target)
          } else if isOnStack[target] {
            low[node] = min(low[node], index[target])
          }
          continue
        }
        path.removeLast()
        if let parent = path.last?.node { low[parent] = min(low[parent], low[node]) }
        guard low[node] == index[node] else { continue }
        var component: [Int] = []
        while let member = stack.popLast() {
          isOnStack[member] = false
          component.append(member)
          if member == node { break }
        }
        if component.count > 1 { components.append(component.sorted()) }
      }
    }
    return components
  }

  /// The shortest way from one node to another within a set of nodes.
  ///
  /// - Returns: The nodes on the way, both ends included; nil if there is none.
  func path(
    from source: Int,
    to target: Int,
    within nodes: Set<Int>,
    along dependencies: Set<Dependency>
  ) -> [Int]? {
    var parents = [source: source]
    var queue = [source]
    var position = 0
    while position < queue.count {
      let node = queue[position]
      position += 1
      if node == target {
        var way = [node]
        while let last = way.last, last != source, let parent = parents[last] { way.append(parent) }
        return way.reversed()
      }
      for next in targets(of: node, along: dependencies)
      where nodes.contains(next) && parents[next] == nil {
        parents[next] = node
        queue.append(next)
      }
    }
    return nil
  }

  /// The edges of one kind between nodes of a set.
  func edges(_ dependency: Dependency, within nodes: Set<Int>) -> [(source: Int, target: Int)] {
    nodes.sorted().flatMap { source in
      edges[source].filter { $0.dependency == dependency && nodes.contains($0.target) }
        .map { (source, $0.target) }
    }
  }

  private func targets(of node: Int, along dependencies: Set<Dependency>) -> [Int] {
    edges[node].filter { dependencies.contains($0.dependency) }.map(\.target)
  }
}
