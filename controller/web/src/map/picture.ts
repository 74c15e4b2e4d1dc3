// What a weather map shows: where nodes and links stand, and how full each link is. Positions come
// from the program (topologies/layout), so that pages and drawn files look the same.

export interface MapNode {
  name: string;
  description: string; // a city, say; may be empty
  x: number; // in the picture's box, from the left
  y: number; // from the top
}

// One direction of a cable.
export interface MapLink {
  name: string;
  source: number; // index of a node
  destination: number;
  capacityBps: number;
  delayS: number;
}

export interface MapPicture {
  width: number; // of the box that positions stand in
  height: number;
  nodes: MapNode[];
  links: MapLink[];
  coast: string; // land as an SVG path in the same box; empty: no coordinates, no land
  breaks: number[]; // x of oceans that are drawn narrower
}

export type LinkState = 'up' | 'failed' | 'drained';

// What changes from moment to moment.
export interface MapMoment {
  // Load over capacity, by link; may exceed 1, NaN: not known. Of failed and drained links it is
  // not looked at.
  utilization: ArrayLike<number>;
  state(link: number): LinkState;
}

// Links that stand out; the others are faded.
export type Highlight = ReadonlySet<number> | null;
