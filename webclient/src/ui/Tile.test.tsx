// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { draw } from './draw';
import { Tile } from './Tile';
import type { TileProps } from './Tile';

afterEach(cleanup);

const mara: TileProps = {
  id: 'p1',
  name: 'Mara Lindqvist',
  self: false,
  microphone: true,
  speaking: false,
  active: false,
  hand: 0,
  stream: null,
  frozen: false,
  width: 400,
  height: 225,
};

describe('a tile', () => {
  it('is an article with the person’s name', () => {
    draw(<Tile {...mara} />);
    const tile = screen.getByRole('article', { name: 'Mara Lindqvist' });
    expect(tile.dataset).toMatchObject({ participant: 'p1', source: 'camera' });
  });

  it('draws initials without a picture, and a picture with one', () => {
    const { container, rerender } = draw(<Tile {...mara} />);
    expect(container.querySelector('video')).toBeNull();
    expect(container.textContent).toContain('ML');
    rerender(<Tile {...mara} stream={new MediaStream()} />);
    expect(container.querySelector('video')).not.toBeNull();
    expect(container.textContent).not.toContain('ML');
  });

  it('mirrors one’s own picture alone', () => {
    const stream = new MediaStream();
    const { container, rerender } = draw(<Tile {...mara} stream={stream} />);
    expect(container.querySelector('video')?.className).not.toContain('-scale-x-100');
    rerender(<Tile {...mara} stream={stream} self />);
    expect(container.querySelector('video')?.className).toContain('-scale-x-100');
    expect(container.textContent).toContain('(You)');
  });

  it('says the state of the microphone in words', () => {
    const { rerender } = draw(<Tile {...mara} />);
    expect(screen.getByText('Microphone on')).toBeTruthy();
    rerender(<Tile {...mara} microphone={false} />);
    expect(screen.getByText('Muted')).toBeTruthy();
    rerender(<Tile {...mara} speaking />);
    expect(screen.getByText('Speaking')).toBeTruthy();
  });

  it('shows the active speaker by ring, bars and a bold name', () => {
    const { container } = draw(<Tile {...mara} speaking active />);
    expect(container.querySelector('.border-focus')?.className).toContain('opacity-100');
    expect(container.querySelectorAll('.animate-bar')).toHaveLength(3);
    expect(screen.getByText('Mara Lindqvist').className).toContain('font-bold');
  });

  it('says the place of a raised hand', () => {
    draw(<Tile {...mara} hand={2} />);
    expect(screen.getByText('Hand up, number 2 in the queue')).toBeTruthy();
  });
});
